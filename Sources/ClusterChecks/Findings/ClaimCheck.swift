import KubernetesCodec
import KubernetesRegistry

/// Every claim has a volume.
struct ClaimCheck: FindingCheck {
    static let name = FindingCheckName.volumes

    private var found = Sample<Finding>()

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded, object.isOf("persistentvolumeclaims") else { return }
        let phase = object.root.text("status", "phase")
        let hasVolume = !object.root.text("spec", "volumeName").isEmpty
        guard phase == "Lost" || !hasVolume else { return }
        let severity: Severity = phase == "Lost" ? .error : .warning
        self.found.add(Finding(severity, object.reference, .claimWithoutVolume(phase: phase)))
    }

    mutating func add(_ other: Self) { self.found.add(other.found) }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> { self.found }
}
