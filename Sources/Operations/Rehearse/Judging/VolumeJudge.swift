import KubernetesCodec
import KubernetesRegistry

/// Claims and the volumes that they are bound to know each other.
struct VolumeJudge: Judge {
    private var claims: [String: Claim] = [:]
    private var volumes: [String: Volume] = [:]

    private struct Claim: Sendable {
        var uid: String
        /// "" while it is not bound.
        var volume: String
    }

    private struct Volume: Sendable {
        /// `namespace/name`; "" while nobody claims it.
        var claim: String
        var claimUID: String
        var isBound: Bool
    }

    mutating func look(at object: JudgedObject) {
        if object.isOf("persistentvolumeclaims") {
            self.claims["\(object.namespace)/\(object.name)"] = Claim(
                uid: object.root["metadata", "uid"]?.string ?? "",
                volume: object.root["spec", "volumeName"]?.string ?? ""
            )
        } else if object.isOf("persistentvolumes") {
            let claim = object.root["spec", "claimRef"]
            self.volumes[object.name] = Volume(
                claim: ServiceName(claim)?.description ?? "",
                claimUID: claim?["uid"]?.string ?? "",
                isBound: object.root["status", "phase"]?.string == "Bound"
            )
        }
    }

    mutating func add(_ other: Self) {
        self.claims.merge(other.claims) { first, _ in first }
        self.volumes.merge(other.volumes) { first, _ in first }
    }

    func checks() -> [RehearsalCheck] {
        guard !self.claims.isEmpty || !self.volumes.isEmpty else { return [] }
        var wrong = Names()
        for (place, claim) in self.claims.sorted(by: { $0.key < $1.key }) where !claim.volume.isEmpty {
            guard let volume = self.volumes[claim.volume] else {
                wrong.note("claim \(place) is bound to \(claim.volume), which is missing")
                continue
            }
            if !volume.claim.isEmpty, volume.claim != place {
                wrong.note("claim \(place) is bound to \(claim.volume), which is bound to \(volume.claim)")
            } else if !volume.claimUID.isEmpty, volume.claimUID != claim.uid {
                wrong.note("claim \(place) is not the one of that name to which \(claim.volume) is bound")
            }
        }
        for (name, volume) in self.volumes.sorted(by: { $0.key < $1.key }) where volume.isBound {
            guard !volume.claim.isEmpty, self.claims[volume.claim] == nil else { continue }
            wrong.note("volume \(name) is bound to claim \(volume.claim), which is missing")
        }
        guard wrong.isEmpty else { return [RehearsalCheck("volumes", .warn, count: wrong.count, wrong.text)] }
        let bound = self.claims.values.count { !$0.volume.isEmpty }
        let detail =
            "claims are bound to volumes that are there and name them; the data are not in a snapshot"
        return [RehearsalCheck("volumes", .pass, count: bound, detail)]
    }
}
