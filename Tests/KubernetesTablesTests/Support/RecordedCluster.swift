import Foundation
import KubernetesCodec
import KubernetesTables
import SystemPackage
import TestSupport

/// The objects of the recorded cluster, and what its API server and kubectl showed of them.
struct RecordedCluster {
    /// The objects in the versions in which the API server gives them.
    static let served = Result {
        try RecordedCluster(Document(yaml: Self.read("objects.yaml")).root["items"]?.elements ?? [])
    }
    /// The objects as they lie in etcd.
    static let stored = Result { try RecordedCluster(storedObjects()) }

    /// By group and kind.
    private let objects: [String: [Value]]
    /// By `resource.group`.
    private let kinds: [String: (group: String, kind: String, isNamespaced: Bool)]

    private init(_ objects: [Value]) throws {
        self.objects = Dictionary(grouping: objects) { object in
            let apiVersion = (object["apiVersion"]?.string ?? "").split(separator: "/")
            let group = apiVersion.count == 2 ? String(apiVersion[0]) : ""
            return "\(group)/\(object["kind"]?.string ?? "")"
        }
        var kinds: [String: (String, String, Bool)] = [:]
        for resource in try Document(json: Self.read("api-resources.json")).root.elements {
            let group = resource["group"]?.string ?? ""
            let name = (resource["name"]?.string ?? "") + (group.isEmpty ? "" : ".\(group)")
            kinds[name] = (group, resource["kind"]?.string ?? "", resource["namespaced"]?.boolean ?? false)
        }
        self.kinds = kinds
    }

    /// Every stored object that has a name, which the leases of API servers have not.
    private static func storedObjects() throws -> [Value] {
        var decoder = ObjectDecoder()
        return try (Document(json: Self.read("kv.json")).root["kvs"]?.elements ?? []).compactMap { entry in
            guard let value = Data(base64Encoded: entry["value"]?.string ?? ""),
                (try? decoder.decode([UInt8](value).span.bytes, in: 0..<value.count)) != nil,
                decoder.document.root["metadata", "name"] != nil
            else { return nil }
            return decoder.document.root
        }
    }

    static func read(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: Repository.fixture("cluster-1.36/\(path)").string)))
    }

    /// The names of the files in a folder, without their endings.
    static func names(in folder: String) throws -> [String] {
        let path = Repository.fixture("cluster-1.36/\(folder)").string
        return try FileManager.default.contentsOfDirectory(atPath: path)
            .map { String($0[..<($0.lastIndex(of: ".") ?? $0.endIndex)]) }.sorted()
    }

    func kind(of resource: String) throws -> (group: String, kind: String, isNamespaced: Bool) {
        // kubectl's names leave out the groups of Kubernetes' own resources.
        let full = self.kinds.keys.filter { $0 == resource || $0.hasPrefix(resource + ".") }.sorted()
        guard let name = full.first, let kind = self.kinds[name] else { throw Missing(what: resource) }
        return kind
    }

    var allKinds: [(group: String, kind: String)] { self.kinds.values.map { ($0.group, $0.kind) } }

    /// The objects of a resource, in order of namespace and name, as a server lists them.
    func objects(of resource: String) throws -> [Value] {
        let (group, kind, _) = try self.kind(of: resource)
        // Both groups' events are stored as those of the core group.
        let key = kind == "Event" ? "/Event" : "\(group)/\(kind)"
        return (self.objects[key] ?? []).sorted { Self.key(of: $0) < Self.key(of: $1) }
    }

    func table(of resource: String) throws -> ObjectTable {
        let (group, kind, _) = try self.kind(of: resource)
        let definition = self.objects["apiextensions.k8s.io/CustomResourceDefinition"]?.first {
            $0["spec", "group"]?.string == group && $0["spec", "names", "kind"]?.string == kind
        }
        guard let definition else { return .builtIn(group: group, kind: kind) }
        return .custom(definition: definition, version: "v1")
    }

    static func key(of object: Value) -> String {
        "\(object["metadata", "namespace"]?.string ?? "")/\(object["metadata", "name"]?.string ?? "")"
    }

    /// Unix time of a moment such as `2026-11-22T14:18:38Z`.
    static func seconds(_ text: String?) throws -> Int64 {
        Int64(try Date(text ?? "", strategy: .iso8601).timeIntervalSince1970)
    }
}

struct Missing: Error {
    var what: String
}
