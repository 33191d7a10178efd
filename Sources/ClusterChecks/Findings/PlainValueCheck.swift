import KubernetesCodec
import KubernetesRegistry

/// No object is plain where others of its resource are encrypted: it was written before encryption was on.
struct PlainValueCheck: FindingCheck {
    static let name = FindingCheckName.encryption

    private struct Resource: Sendable {
        var encryptedCount = 0
        var plain = Sample<ObjectReference>()
    }

    private var resources: [String: Resource] = [:]

    init() {}

    mutating func look(at object: CheckedObject) {
        let name = object.resource.qualifiedName
        if object.read.encryption != nil {
            self.resources[name, default: Resource()].encryptedCount += 1
        } else {
            self.resources[name, default: Resource()].plain.add(object.reference)
        }
    }

    mutating func add(_ other: Self) {
        for (name, resource) in other.resources {
            self.resources[name, default: Resource()].encryptedCount += resource.encryptedCount
            self.resources[name, default: Resource()].plain.add(resource.plain)
        }
    }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        var findings = Sample<Finding>()
        for (name, resource) in self.resources.sorted(by: { $0.key < $1.key })
        where resource.encryptedCount > 0 {
            let problem = Finding.Problem.plain(resource: name, encryptedCount: resource.encryptedCount)
            for object in resource.plain.kept {
                findings.add(Finding(name == "secrets" ? .error : .warning, object, problem))
            }
        }
        return findings
    }
}
