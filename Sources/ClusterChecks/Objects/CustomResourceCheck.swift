import KubernetesCodec
import KubernetesRegistry

/// Custom resources have definitions, with the versions that their objects are stored in.
public struct CustomResourceCheck: ClusterCheck {
    public enum Result: CheckResult {
        case defined(objectCount: Int, definitionCount: Int)
        /// How many objects and definitions are wrong, and in what way.
        case wrong(count: Int, Sample<Problem>)

        public var outcome: CheckOutcome {
            switch self {
            case .defined: .pass
            case .wrong: .warn
            }
        }

        public var count: Int {
            switch self {
            case .defined(let count, _), .wrong(let count, _): count
            }
        }
    }

    public enum Problem: Hashable, Sendable {
        case noDefinition(resource: String, objectCount: Int)
        case noVersion(resource: String, version: String, objectCount: Int)
        /// The definition itself says that objects are stored in a version that it no longer has.
        case storedVersionGone(definition: String, version: String)
    }

    private struct StoredVersion: Hashable {
        var resource: String
        var version: String
    }

    /// Versions of each definition that was decoded.
    private var versions: [String: Set<String>] = [:]
    private var definitionCount = 0
    private var goneVersions = Sample<Problem>()
    /// How many objects are stored in which version of their resource.
    private var stored: [StoredVersion: Int] = [:]
    private var undefined: [String: Int] = [:]
    private var count = 0

    init() {}

    mutating func look(at object: CheckedObject) {
        if object.isOf("customresourcedefinitions", group: "apiextensions.k8s.io") {
            self.definitionCount += 1
            if object.isDecoded { self.readDefinition(object) }
            return
        }
        let resource = object.resource
        if resource.origin == .customKeys { self.undefined[resource.qualifiedName, default: 0] += 1 }
        guard resource.origin == .definition else { return }
        self.count += 1
        guard object.isDecoded, let version = object.read.form?.apiVersion else { return }
        let name = version.split(separator: "/").last.map(String.init) ?? version
        self.stored[StoredVersion(resource: resource.qualifiedName, version: name), default: 0] += 1
    }

    private mutating func readDefinition(_ object: CheckedObject) {
        let versions = object.root["spec", "versions"]?.elements.compactMap { $0["name"]?.string } ?? []
        self.versions[object.name] = Set(versions)
        for version in object.root["status", "storedVersions"]?.elements ?? [] {
            guard let version = version.string, !versions.contains(version) else { continue }
            self.goneVersions.add(.storedVersionGone(definition: object.name, version: version))
        }
    }

    mutating func add(_ other: Self) {
        self.versions.merge(other.versions) { first, _ in first }
        self.definitionCount += other.definitionCount
        self.goneVersions.add(other.goneVersions)
        self.stored.merge(other.stored, uniquingKeysWith: +)
        self.undefined.merge(other.undefined, uniquingKeysWith: +)
        self.count += other.count
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        var problems = Sample<Problem>()
        var count = self.goneVersions.count
        for (stored, objectCount) in self.stored.sorted(by: precedes) {
            guard let known = self.versions[stored.resource], !known.contains(stored.version) else {
                continue
            }
            problems.add(
                .noVersion(resource: stored.resource, version: stored.version, objectCount: objectCount)
            )
            count += objectCount
        }
        problems.add(self.goneVersions)
        for (resource, objectCount) in self.undefined.sorted(by: { $0.key < $1.key }) {
            problems.add(.noDefinition(resource: resource, objectCount: objectCount))
            count += objectCount
        }
        guard problems.isEmpty else { return [.customResources(.wrong(count: count, problems))] }
        return [
            .customResources(.defined(objectCount: self.count, definitionCount: self.definitionCount))
        ]
    }

    private func precedes(_ left: (key: StoredVersion, Int), _ right: (key: StoredVersion, Int)) -> Bool {
        (left.key.resource, left.key.version) < (right.key.resource, right.key.version)
    }
}
