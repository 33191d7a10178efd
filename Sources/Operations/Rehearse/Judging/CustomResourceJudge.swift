import KubernetesCodec
import KubernetesRegistry

/// Custom resources have definitions, in which the versions stand that they are stored in.
struct CustomResourceJudge: Judge {
    /// Definitions that were decoded, with the versions that they speak of.
    private var versions: [String: Set<String>] = [:]
    private var definitionCount = 0
    private var goneVersions = Names()
    /// Objects by resource and the apiVersion in which they are stored.
    private var stored: [Stored: Int] = [:]
    private var undefined: [String: Int] = [:]
    private var count = 0

    private struct Stored: Hashable {
        var resource: String
        var version: String
    }

    mutating func look(at object: JudgedObject) {
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
        self.stored[Stored(resource: resource.qualifiedName, version: name), default: 0] += 1
    }

    private mutating func readDefinition(_ object: JudgedObject) {
        let versions = object.root["spec", "versions"]?.elements.compactMap { $0["name"]?.string } ?? []
        self.versions[object.name] = Set(versions)
        for version in object.root["status", "storedVersions"]?.elements ?? [] {
            guard let version = version.string, !versions.contains(version) else { continue }
            self.goneVersions.note("\(object.name) says that objects are stored in \(version)")
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

    func checks() -> [RehearsalCheck] {
        var wrong = Names()
        var wrongCount = self.goneVersions.count
        for (resource, count) in self.undefined.sorted(by: { $0.key < $1.key }) {
            wrong.note("\(resource) has no definition (\(counted(count, "object")))")
            wrongCount += count
        }
        for (stored, count) in self.stored.sorted(by: { $0.key.resource < $1.key.resource }) {
            guard let known = self.versions[stored.resource], !known.contains(stored.version) else {
                continue
            }
            wrong.note("\(stored.resource) has no version \(stored.version) (\(counted(count, "object")))")
            wrongCount += count
        }
        wrong.add(self.goneVersions)
        guard wrong.isEmpty else {
            return [RehearsalCheck("custom resources", .warn, count: wrongCount, wrong.text)]
        }
        let detail = "all belong to one of \(counted(self.definitionCount, "definition")), in a version of it"
        return [RehearsalCheck("custom resources", .pass, count: self.count, detail)]
    }
}
