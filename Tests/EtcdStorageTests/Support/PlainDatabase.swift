import Bolt
import EtcdStorage
import Files
import Foundation
import Testing

/// A database as plain values: the pairs of each bucket, by key.
typealias PlainDatabase = [[UInt8]: [[UInt8]: [UInt8]]]

/// Everything that `database` holds.
func plain(_ database: EtcdDatabase) throws -> PlainDatabase {
    var buckets: PlainDatabase = [:]
    for bucket in try database.buckets() {
        var pairs: [[UInt8]: [UInt8]] = [:]
        try database.forEachPair(in: bucket) { pair, _, bytes in
            pairs[Array(bytes.data(pair.key))] = Array(bytes.data(pair.value))
        }
        buckets[bucket.name] = pairs
    }
    return buckets
}

/// Makes a database without a digest from plain values.
func makeDatabase(_ buckets: PlainDatabase, at path: String) throws -> EtcdDatabase {
    let file = try OutputFile(creating: path)
    var writer = try BoltWriter(writingTo: file)
    for (name, pairs) in buckets.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        try writer.beginBucket(name.span.bytes)
        for (key, value) in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try writer.append(key: key.span.bytes, value: value.span.bytes)
        }
    }
    _ = try writer.finish()
    try file.close()
    return try EtcdDatabase(path: path)
}

/// Writes `image` to a new file and opens what was written.
func write(_ image: DatabaseImage, to path: String) throws -> (written: WrittenDatabase, EtcdDatabase) {
    let file = try OutputFile(creating: path)
    let written = try image.write(to: file)
    try file.close()
    return (written, try EtcdDatabase(path: path))
}

func contents(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path))
}

/// Keeps what it gets, and notes what does not come in order.
struct PlainSink: DatabaseSink {
    var buckets: PlainDatabase = [:]
    private var bucket: [UInt8] = []
    private var key: [UInt8]?

    mutating func beginBucket(_ name: [UInt8]) {
        #expect(self.bucket.lexicographicallyPrecedes(name))
        self.bucket = name
        self.key = nil
        self.buckets[name] = [:]
    }

    mutating func append(key: RawSpan, value: RawSpan) {
        let next = Array(key.data(0..<key.byteCount))
        #expect(self.key.map { $0.lexicographicallyPrecedes(next) } ?? true)
        self.key = next
        self.buckets[self.bucket]?[next] = Array(value.data(0..<value.byteCount))
    }
}
