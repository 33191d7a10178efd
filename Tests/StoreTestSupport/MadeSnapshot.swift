import Bolt
import EtcdStorage
import Files

/// Writes a snapshot without a digest that holds these pairs, each with a revision of its own, from 2 on.
package func writeSnapshot(of pairs: [(key: [UInt8], value: [UInt8])], to path: String) throws {
    let file = try OutputFile(creating: path)
    var writer = try BoltWriter(writingTo: file)
    try writer.beginBucket(Array("key".utf8).span.bytes)
    for (index, pair) in pairs.enumerated() {
        let revision = RevisionKey(main: Int64(index) + 2, sub: 0)
        let message = message(key: pair.key, value: pair.value, revision: revision.main)
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
    return value.isEmpty ? bytes : bytes + [0x2A] + varint(UInt64(value.count)) + value
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
