import Bolt
import EtcdStorage
import Files
import KubernetesRegistry
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
        let file = try OutputFile(creating: path)
        var writer = try BoltWriter(writingTo: file)
        try writer.beginBucket(Array("key".utf8).span.bytes)
        for (index, (key, value)) in pairs.enumerated() {
            let revision = RevisionKey(main: Int64(index) + 2, sub: 0)
            try writer.append(
                key: revision.bytes.span.bytes,
                value: message(key: key, value: value, revision: revision.main).span.bytes
            )
        }
        try writer.beginBucket(Array("meta".utf8).span.bytes)
        _ = try writer.finish()
        try file.close()
        return try Registry(of: EtcdDatabase(path: path).keyspace(), etcdPrefix: etcdPrefix)
    }
}

/// A KeyValue of etcd's `mvccpb/kv.proto`.
private func message(key: [UInt8], value: String, revision: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(varint: UInt64) {
        var rest = varint
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    bytes.append(0x0A)
    append(varint: UInt64(key.count))
    bytes += key
    for (tag, number) in [(UInt8(0x10), revision), (0x18, revision), (0x20, 1)] {
        bytes.append(tag)
        append(varint: UInt64(number))
    }
    bytes.append(0x2A)
    append(varint: UInt64(value.utf8.count))
    return bytes + Array(value.utf8)
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
