import Bolt
import ClusterChecks
import EtcdStorage
import Files
import KubernetesCodec
import KubernetesRegistry
import Presentation
import SystemPackage
import TestSupport

/// What the checks find in a store that holds just these objects, by the name of the check, as a report shows it.
///
/// An object is a key below `/registry/` and a JSON value.
func findings(
    in objects: [(key: String, json: String)],
    openedWith decryption: Decryption? = nil
) async throws -> [String: RehearsalRow] {
    let rows = try await results(in: objects, openedWith: decryption).map { RehearsalRow($0) }
    return Dictionary(rows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// What the checks find in a store that holds just these objects.
func results(
    in objects: [(key: String, json: String)],
    openedWith decryption: Decryption? = nil
) async throws -> [ClusterCheckResult] {
    try await withTemporaryDirectory { directory in
        let path = directory.appending("made.db").string
        try writeStore(objects.map { ("/registry/\($0.key)", $0.json) }, to: path)
        let registry = try Registry(of: EtcdDatabase(path: path).keyspace())
        return try await ClusterCheckRun(registry, decryption: decryption).run().map(\.result)
    }
}

/// An object as JSON: `fields` stand beside its metadata, `metadata` beside its name.
func object(
    _ kind: String,
    _ name: String,
    in namespace: String = "",
    apiVersion: String = "v1",
    metadata: String = "",
    _ fields: String = ""
) -> String {
    let place = namespace.isEmpty ? "" : ", \"namespace\": \"\(namespace)\""
    let more = metadata.isEmpty ? "" : ", \(metadata)"
    let rest = fields.isEmpty ? "" : ", \(fields)"
    return """
        {"apiVersion": "\(apiVersion)", "kind": "\(kind)", "metadata": {"name": "\(name)"\(place)\(more)}\(rest)}
        """
}

/// A snapshot without a digest that holds these pairs, each with a revision of its own.
func writeStore(_ pairs: [(key: String, value: String)], to path: String) throws {
    let file = try OutputFile(creating: path)
    var writer = try BoltWriter(writingTo: file)
    try writer.beginBucket(Array("key".utf8).span.bytes)
    for (index, (key, value)) in pairs.enumerated() {
        let revision = RevisionKey(main: Int64(index) + 2, sub: 0)
        let message = message(key: Array(key.utf8), value: Array(value.utf8), revision: revision.main)
        try writer.append(key: revision.bytes.span.bytes, value: message.span.bytes)
    }
    try writer.beginBucket(Array("meta".utf8).span.bytes)
    _ = try writer.finish()
    try file.close()
}

/// A KeyValue of etcd's `mvccpb/kv.proto`.
private func message(key: [UInt8], value: [UInt8], revision: Int64) -> [UInt8] {
    var bytes: [UInt8] = [0x0A] + varint(UInt64(key.count)) + key
    for (tag, number) in [(UInt8(0x10), revision), (0x18, revision), (0x20, 1)] {
        bytes += [tag] + varint(UInt64(number))
    }
    return bytes + [0x2A] + varint(UInt64(value.count)) + value
}

private func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}
