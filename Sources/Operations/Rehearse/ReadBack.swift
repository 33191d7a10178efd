import Bolt
import EtcdClient
import EtcdStorage
import Files

/// Compares what a server hands out with what the file holds, page by page.
final class ReadBack {
    private let expected: Keyspace
    /// In order of their bytes.
    private let keys: ArraySlice<LiveKey>
    private var position: Int
    private(set) var differences = Names()

    /// How many of the file's keys have been compared.
    var comparedCount: Int { self.position - self.keys.startIndex }

    /// - Parameters:
    ///   - keys: Those of the file's keys that will come, in order of their bytes.
    ///   - expected: The file's keyspace.
    init(of keys: ArraySlice<LiveKey>, in expected: Keyspace) {
        self.expected = expected
        self.keys = keys
        self.position = keys.startIndex
    }

    /// Compares the next keys, which follow those before in order of their bytes.
    func compare(_ page: [LiveKeyValue]) throws {
        try self.expected.file.withBytes { bytes in
            for served in page {
                self.skipKeys(before: served.key, in: bytes)
                guard self.position < self.keys.endIndex,
                    bytes.extracting(self.keys[self.position].key).holds(served.key)
                else {
                    self.differences.note(served.key, "is served and not in the file")
                    continue
                }
                let record = try self.record(at: self.position, in: bytes)
                if let difference = difference(of: served, from: record, in: bytes) {
                    self.differences.note(served.key, difference)
                }
                self.position += 1
            }
        }
    }

    /// Counts what the file holds behind the last key that came.
    func finish() throws {
        self.expected.file.withBytes { bytes in
            while self.position < self.keys.endIndex { self.skipOne(in: bytes) }
        }
        try self.expected.checkUnchanged()
    }

    private func skipKeys(before key: [UInt8], in bytes: RawSpan) {
        while self.position < self.keys.endIndex,
            bytes.extracting(self.keys[self.position].key).precedes(key)
        {
            self.skipOne(in: bytes)
        }
    }

    private func skipOne(in bytes: RawSpan) {
        let key = bytes.extracting(self.keys[self.position].key).withUnsafeBytes { Array($0) }
        self.differences.note(key, "is in the file and not served")
        self.position += 1
    }

    private func record(at position: Int, in bytes: RawSpan) throws -> KeyValue {
        guard let record = self.keys[position].keyValue(in: bytes) else {
            throw self.expected.damage(at: self.keys[position], in: bytes)
        }
        return record
    }
}

/// In what a served key differs from its record; nothing when it does not.
private func difference(of served: LiveKeyValue, from record: KeyValue, in bytes: RawSpan) -> String? {
    if served.createRevision != record.createRevision { return "has another create revision" }
    if served.modRevision != record.modRevision { return "has another mod revision" }
    if served.version != record.version { return "has another version" }
    if served.lease != record.lease { return "has another lease" }
    return bytes.extracting(record.value).holds(served.value) ? nil : "has another value"
}

/// Compares the live keys of two files at their keyspaces' revisions.
///
/// - Returns: In what they differ.
/// - Throws: `StorageError` for a damaged record.
func differences(of taken: Keyspace, from expected: Keyspace, keys: [LiveKey]) throws -> Names {
    let comparison = ReadBack(of: keys[...], in: expected)
    let others = taken.keys(in: .all)
    for start in stride(from: 0, to: others.count, by: 256) {
        var page: [LiveKeyValue] = []
        try taken.forEach(Array(others[start..<min(start + 256, others.count)])) { record, bytes in
            page.append(LiveKeyValue(record, in: bytes))
        }
        try comparison.compare(page)
    }
    try comparison.finish()
    try taken.checkUnchanged()
    return comparison.differences
}

extension LiveKeyValue {
    fileprivate init(_ record: KeyValue, in bytes: RawSpan) {
        func copy(_ range: Range<Int>) -> [UInt8] { bytes.extracting(range).withUnsafeBytes { Array($0) } }
        self.init(
            key: copy(record.key),
            value: copy(record.value),
            createRevision: record.createRevision,
            modRevision: record.modRevision,
            version: record.version,
            lease: record.lease
        )
    }
}

extension RawSpan {
    /// Whether these are just `other`'s bytes.
    fileprivate func holds(_ other: [UInt8]) -> Bool {
        self.byteCount == other.count && self.withUnsafeBytes { $0.elementsEqual(other) }
    }

    /// Whether these bytes come before `other`.
    fileprivate func precedes(_ other: [UInt8]) -> Bool {
        self.withUnsafeBytes { $0.lexicographicallyPrecedes(other) }
    }
}
