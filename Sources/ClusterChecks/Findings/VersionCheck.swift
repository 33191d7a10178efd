import KubernetesCodec
import KubernetesRegistry

/// No object is stored, or was applied, in a version that the cluster's release or the next one does not serve.
///
/// The release is that of the newest kubelet, which is never newer than the API servers; where no node tells it,
/// every version is told that some release has removed.
struct VersionCheck: FindingCheck {
    static let name = FindingCheckName.versions

    private struct Use: Sendable {
        var object: ObjectReference
        var version: RemovedVersion
        var isStored: Bool
    }

    private var uses: [Use] = []
    private var newestMinor: Int?

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded else { return }
        if object.isOf("nodes") {
            self.note(minor: minor(of: object.root.text("status", "nodeInfo", "kubeletVersion")))
        }
        let kind = object.root["kind"]?.string ?? ""
        let stored = object.read.form?.apiVersion ?? ""
        if let removed = RemovedVersion(apiVersion: stored, kind: kind) {
            self.uses.append(Use(object: object.reference, version: removed, isStored: true))
        }
        guard let applied = object.appliedVersion, applied != stored,
            let removed = RemovedVersion(apiVersion: applied, kind: kind)
        else { return }
        self.uses.append(Use(object: object.reference, version: removed, isStored: false))
    }

    private mutating func note(minor: Int?) {
        guard let minor else { return }
        self.newestMinor = max(self.newestMinor ?? minor, minor)
    }

    mutating func add(_ other: Self) {
        self.uses += other.uses
        self.note(minor: other.newestMinor)
    }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        var findings = Sample<Finding>()
        for use in self.uses {
            if let newestMinor, use.version.minor > newestMinor + 1 { continue }
            let problem: Finding.Problem =
                use.isStored ? .storedVersionRemoved(use.version) : .appliedVersionRemoved(use.version)
            findings.add(Finding(.warning, use.object, problem))
        }
        return findings
    }
}

/// The 36 of `v1.36.2`; nil for another text.
private func minor(of version: String) -> Int? {
    guard version.hasPrefix("v1.") else { return nil }
    return Int(version.dropFirst(3).prefix { $0.isASCII && $0.isNumber }).flatMap { $0 < 1000 ? $0 : nil }
}

extension CheckedObject {
    /// The apiVersion in which kubectl applied the object; nil where that is not known.
    ///
    /// kubectl writes the members in order, so that the version comes first.
    fileprivate var appliedVersion: String? {
        let name = "kubectl.kubernetes.io/last-applied-configuration"
        guard let text = self.root["metadata", "annotations", name]?.string else { return nil }
        let beginning = "{\"apiVersion\":\""
        guard text.utf8.starts(with: beginning.utf8) else { return nil }
        let version = text.utf8.dropFirst(beginning.utf8.count).prefix(128).prefix {
            $0 != UInt8(ascii: "\"")
        }
        return String(version)
    }
}
