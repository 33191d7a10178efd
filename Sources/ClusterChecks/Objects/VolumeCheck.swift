import KubernetesCodec
import KubernetesRegistry

/// Claims and the volumes that they are bound to name each other.
///
/// Of an object that cannot be decoded only the name is known: it is there, and nothing else is said of it.
public struct VolumeCheck: ClusterCheck {
    public enum Result: CheckResult {
        /// So many claims are bound, each to a volume that names it.
        case bound(count: Int)
        case wrong(Sample<Problem>)

        public var outcome: CheckOutcome {
            switch self {
            case .bound: .pass
            case .wrong: .warn
            }
        }

        public var count: Int {
            switch self {
            case .bound(let count): count
            case .wrong(let problems): problems.count
            }
        }
    }

    public enum Problem: Hashable, Sendable {
        case volumeMissing(claim: NamespacedName, volume: String)
        case volumeOfAnotherClaim(claim: NamespacedName, volume: String, other: NamespacedName)
        /// The claim was deleted and made anew since the volume was bound to one of that name.
        case volumeOfAnOlderClaim(claim: NamespacedName, volume: String)
        case claimMissing(volume: String, claim: NamespacedName)
    }

    private struct Claim: Sendable {
        var uid: String
        /// nil while it is not bound, or when that is not known.
        var volume: String?
    }

    private struct Volume: Sendable {
        /// nil while nobody claims it, or when that is not known.
        var claim: NamespacedName?
        /// "" when it is not known.
        var claimUID: String
        var isBound: Bool
    }

    private var claims: [NamespacedName: Claim] = [:]
    private var volumes: [String: Volume] = [:]

    init() {}

    mutating func look(at object: CheckedObject) {
        if object.isOf("persistentvolumeclaims") {
            let volume = object.root["spec", "volumeName"]?.string ?? ""
            let name = NamespacedName(namespace: object.namespace, name: object.name)
            self.claims[name] = Claim(
                uid: object.root["metadata", "uid"]?.string ?? "",
                volume: volume.isEmpty ? nil : volume
            )
        } else if object.isOf("persistentvolumes") {
            let claim = object.root["spec", "claimRef"]
            self.volumes[object.name] = Volume(
                claim: NamespacedName(claim),
                claimUID: claim?["uid"]?.string ?? "",
                isBound: object.root["status", "phase"]?.string == "Bound"
            )
        }
    }

    mutating func add(_ other: Self) {
        self.claims.merge(other.claims) { first, _ in first }
        self.volumes.merge(other.volumes) { first, _ in first }
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        guard !self.claims.isEmpty || !self.volumes.isEmpty else { return [] }
        var problems = Sample<Problem>()
        for (name, claim) in self.claims.sorted(by: { $0.key.description < $1.key.description }) {
            if let problem = self.problem(with: claim, called: name) { problems.add(problem) }
        }
        for (name, volume) in self.volumes.sorted(by: { $0.key < $1.key }) where volume.isBound {
            guard let claim = volume.claim, self.claims[claim] == nil else { continue }
            problems.add(.claimMissing(volume: name, claim: claim))
        }
        guard problems.isEmpty else { return [.volumes(.wrong(problems))] }
        return [.volumes(.bound(count: self.claims.values.count { $0.volume != nil }))]
    }

    private func problem(with claim: Claim, called name: NamespacedName) -> Problem? {
        guard let volumeName = claim.volume else { return nil }
        guard let volume = self.volumes[volumeName] else {
            return .volumeMissing(claim: name, volume: volumeName)
        }
        if let other = volume.claim, other != name {
            return .volumeOfAnotherClaim(claim: name, volume: volumeName, other: other)
        }
        if !volume.claimUID.isEmpty, volume.claimUID != claim.uid {
            return .volumeOfAnOlderClaim(claim: name, volume: volumeName)
        }
        return nil
    }
}
