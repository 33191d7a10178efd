import KubernetesCodec
import KubernetesRegistry

/// No part of the API is answered by pods that do not run yet.
///
/// While one is not answered, discovery fails in part: namespaces are not deleted, garbage is not collected.
struct APIServiceJudge: Judge {
    private var count = 0
    private var served = Names()

    mutating func look(at object: JudgedObject) {
        guard object.isOf("apiservices", group: "apiregistration.k8s.io") else { return }
        self.count += 1
        guard let service = ServiceName(object.root["spec", "service"]) else { return }
        self.served.note("\(object.name) (\(service))")
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.served.add(other.served)
    }

    func checks() -> [RehearsalCheck] {
        guard !self.served.isEmpty else {
            return [RehearsalCheck("API services", .pass, count: self.count, "all are the API server's own")]
        }
        let detail =
            "not answered until their pods run; namespaces are not deleted meanwhile: \(self.served.text)"
        return [RehearsalCheck("API services", .warn, count: self.served.count, detail)]
    }
}
