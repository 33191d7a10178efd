import EtcdStorage
import KubernetesRegistry
import StoreTestSupport
import SystemPackage
import TestSupport

/// The registry of a store that holds just these keys, all with one value.
///
/// Written by hand for keys that no real cluster at hand has.
func registry(of keys: [[UInt8]], value: String = "v", etcdPrefix: String? = nil) throws -> Registry {
    try registry(of: keys.map { ($0, value) }, etcdPrefix: etcdPrefix)
}

func registry(of keys: [String], etcdPrefix: String? = nil) throws -> Registry {
    try registry(of: keys.map { Array($0.utf8) }, etcdPrefix: etcdPrefix)
}

func registry(of pairs: [([UInt8], String)], etcdPrefix: String? = nil) throws -> Registry {
    try withTemporaryDirectory { directory in
        let path = directory.appending("made.db").string
        try writeSnapshot(of: pairs.map { ($0, Array($1.utf8)) }, to: path)
        return try Registry(of: EtcdDatabase(path: path).keyspace(), etcdPrefix: etcdPrefix)
    }
}

extension Registry {
    /// Every object as `root resource namespace name`, sorted, with `-` for what is not there.
    func objectTexts() -> [String] {
        self.resources.flatMap { resource in
            self.objects(of: [resource]).map { object in
                let namespace = self.namespace(of: object)
                let words = [resource.root ?? "-", resource.qualifiedName, namespace, self.name(of: object)]
                return words.map { $0.isEmpty ? "-" : $0 }.joined(separator: " ")
            }
        }.sorted()
    }
}
