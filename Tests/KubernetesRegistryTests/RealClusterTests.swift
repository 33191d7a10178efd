import EtcdStorage
import Foundation
import KubernetesRegistry
import SystemPackage
import TestSupport
import Testing

/// The registry of a real cluster, against what kubectl and etcdctl said of it.
struct RealClusterTests {
    private static let snapshots = ["with-history.db", "compacted.db"]

    private func registry(_ snapshot: String, at revision: Int64? = nil) throws -> Registry {
        let path = Repository.fixture("cluster-1.36/\(snapshot)").string
        return try Registry(of: EtcdDatabase(path: path).keyspace(at: revision))
    }

    private struct Count: Codable, Hashable {
        var namespace: String
        var group: String
        var resource: String
        var objects: Int
    }

    /// What etcd holds beside the objects that the API shows.
    private static let bookkeeping = ["masterleases", "peerserverleases", "ranges"].map {
        Count(namespace: "", group: "", resource: $0, objects: 1)
    }

    @Test(arguments: snapshots)
    func countsWhatKubectlShows(snapshot: String) throws {
        let text = try Data(contentsOf: fixtureURL("object-counts.json"))
        let counted = try JSONDecoder().decode([Count].self, from: text)
        let ours = try self.registry(snapshot).usage().map {
            Count(
                namespace: $0.namespace,
                group: $0.resource.group,
                resource: $0.resource.plural,
                objects: $0.objects
            )
        }
        #expect(Set(ours) == Set(counted + Self.bookkeeping))
        #expect(ours.count == counted.count + Self.bookkeeping.count)
    }

    @Test(arguments: snapshots)
    func countsTheBytesOfTheValues(snapshot: String) throws {
        struct Answer: Decodable {
            struct Pair: Decodable { var value: Data }
            var kvs: [Pair]
        }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(contentsOf: fixtureURL("kv.json")))
        let bytes = answer.kvs.reduce(0) { $0 + $1.value.count }
        #expect(try self.registry(snapshot).usage().reduce(0) { $0 + $1.bytes } == bytes)
    }

    @Test(arguments: snapshots)
    func givesBackEveryKey(snapshot: String) throws {
        let registry = try self.registry(snapshot)
        let keys = try String(contentsOf: fixtureURL("keys.txt"), encoding: .utf8).split(separator: "\n")
        var made: [String] = []
        for resource in registry.resources {
            for object in registry.objects(of: [resource]) {
                let namespace = registry.namespace(of: object)
                #expect(namespace.isEmpty == (resource.scope == .cluster))
                made.append(resource.key(namespace: namespace, name: registry.name(of: object)))
            }
        }
        #expect(made.sorted() == keys.map(String.init).sorted())
    }

    @Test func showsAnOlderRevisionAsItWas() throws {
        let newest = try self.registry("with-history.db")
        let older = try self.registry("with-history.db", at: 600)
        #expect(older.keyspace.count < newest.keyspace.count)
        #expect(older.usage().reduce(0) { $0 + $1.objects } == older.keyspace.count)
    }

    @Test(arguments: ["encrypted/aescbc", "encrypted/secretbox"])
    func placesEncryptedObjects(snapshot: String) throws {
        let path = Repository.fixture("\(snapshot)/snapshot.db").string
        let registry = try Registry(of: EtcdDatabase(path: path).keyspace())
        #expect(registry.usage().reduce(0) { $0 + $1.objects } == registry.keyspace.count)
        let widgets = try registry.resources(named: "widgets")
        #expect(widgets.map(\.scope) == [.namespaced])
        #expect(!registry.objects(of: widgets).isEmpty)
    }

    @Test func walksTheTreeWithCountsThatAddUp() throws {
        let registry = try self.registry("with-history.db")
        var objects = 0
        var byLevel = [0, 0, 0, 0, 0]
        registry.forEachTreeNode(depth: .objects) { node in
            if case .object = node.content { objects += 1 }
            if node.level < 2 { byLevel[node.level] += node.objects }
        }
        #expect(objects == 1401)
        #expect(byLevel[0] == 1401)
        #expect(byLevel[1] == 1401)
    }

    private func fixtureURL(_ name: String) -> URL {
        URL(filePath: Repository.fixture("cluster-1.36/\(name)").string)
    }
}
