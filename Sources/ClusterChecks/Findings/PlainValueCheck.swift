import KubernetesCodec
import KubernetesRegistry

/// No object is plain that would be encrypted if it were written now: where others of its resource are encrypted, or
/// the configuration says so.
struct PlainValueCheck: FindingCheck {
    static let name = FindingCheckName.encryption

    fileprivate struct Name: Hashable, Sendable {
        var resource: String
        var group: String
    }

    private struct Use: Sendable {
        var encryptedCount = 0
        var plain = Sample<ObjectReference>()
    }

    private var resources: [Name: Use] = [:]

    init() {}

    mutating func look(at object: CheckedObject) {
        let name = Name(resource: object.resource.plural, group: object.resource.group)
        if object.read.encryption != nil {
            self.resources[name, default: Use()].encryptedCount += 1
        } else {
            self.resources[name, default: Use()].plain.add(object.reference)
        }
    }

    mutating func add(_ other: Self) {
        for (name, use) in other.resources {
            self.resources[name, default: Use()].encryptedCount += use.encryptedCount
            self.resources[name, default: Use()].plain.add(use.plain)
        }
    }

    /// Those of secrets first: they are the gravest.
    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        var findings = Sample<Finding>()
        for (name, use) in self.resources.sorted(by: { $0.key.order < $1.key.order })
        where use.encryptedCount > 0 || conditions.writesEncrypted(name.resource, group: name.group) {
            findings.add(
                use.plain.findings { object in
                    let count = use.encryptedCount
                    let problem = Finding.Problem.plain(resource: object.resource, encryptedCount: count)
                    return Finding(name.isOfSecrets ? .error : .warning, object, problem)
                }
            )
        }
        return findings
    }
}

extension PlainValueCheck.Name {
    fileprivate var isOfSecrets: Bool { self.resource == "secrets" && self.group.isEmpty }

    fileprivate var order: (Int, String, String) { (self.isOfSecrets ? 0 : 1, self.resource, self.group) }
}

extension FindingConditions {
    fileprivate func writesEncrypted(_ resource: String, group: String) -> Bool {
        self.configuration?.writesEncrypted(resource, group: group) ?? false
    }
}
