import KubernetesCodec
import KubernetesRegistry

/// Every claim has a volume, but one that is being deleted or waits for its first pod.
struct ClaimCheck: FindingCheck {
    static let name = FindingCheckName.volumes

    private struct Waiting: Sendable {
        var object: ObjectReference
        var phase: String
        /// "" where it names none.
        var storageClass: String
    }

    private var lost = Sample<Finding>()
    private var waiting: [Waiting] = []
    /// The storage classes that bind a claim when the first pod uses it.
    private var lateClasses: Set<String> = []

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded else { return }
        if object.isOf("storageclasses", group: "storage.k8s.io") {
            let isLate = object.root.text("volumeBindingMode") == "WaitForFirstConsumer"
            if isLate { self.lateClasses.insert(object.name) }
        } else if object.isOf("persistentvolumeclaims"), !object.isBeingDeleted {
            self.lookAtClaim(object)
        }
    }

    private mutating func lookAtClaim(_ object: CheckedObject) {
        let phase = object.root.text("status", "phase")
        if phase == "Lost" {
            self.lost.add(Finding(.error, object.reference, .claimWithoutVolume(phase: phase)))
        } else if object.root.text("spec", "volumeName").isEmpty {
            let storageClass = object.root.text("spec", "storageClassName")
            self.waiting.append(
                Waiting(object: object.reference, phase: phase, storageClass: storageClass)
            )
        }
    }

    mutating func add(_ other: Self) {
        self.lost.add(other.lost)
        self.waiting += other.waiting
        self.lateClasses.formUnion(other.lateClasses)
    }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        var findings = self.lost
        findings.add(Sample(worstFirst: self.waiting.map(self.finding)))
        return findings
    }

    private func finding(_ claim: Waiting) -> Finding {
        if claim.phase == "Pending", self.lateClasses.contains(claim.storageClass) {
            return Finding(.info, claim.object, .claimWaitsForPod)
        }
        return Finding(.warning, claim.object, .claimWithoutVolume(phase: claim.phase))
    }
}
