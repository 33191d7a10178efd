import KubernetesCodec
import KubernetesRegistry

/// Objects are called what their keys say.
struct NameJudge: Judge {
    private var count = 0
    private var different = Names()

    mutating func look(at object: JudgedObject) {
        guard object.resource.origin != .bookkeeping else { return }
        self.count += 1
        let name = object.root["metadata", "name"]?.string ?? ""
        let namespace = object.root["metadata", "namespace"]?.string ?? ""
        if name != object.name || namespace != object.namespace { self.different.note(object.place) }
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.different.add(other.different)
    }

    func checks() -> [RehearsalCheck] {
        guard !self.different.isEmpty else {
            return [RehearsalCheck("names", .pass, count: self.count, "objects have the names of their keys")]
        }
        let detail = "called otherwise than their keys: \(self.different.text)"
        return [RehearsalCheck("names", .warn, count: self.different.count, detail)]
    }
}
