import EtcdClient
import EtcdStorage

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
        for served in page {
            self.skipKeys(before: served.key)
            guard self.position < self.keys.endIndex,
                self.expected.withKey(of: self.keys[self.position], { $0.holds(served.key) })
            else {
                self.differences.note(served.key, "is served and not in the file")
                continue
            }
            let found = try self.expected.withRecord(of: self.keys[self.position]) { metadata, value in
                difference(of: served, from: metadata, value)
            }
            if let found { self.differences.note(served.key, found) }
            self.position += 1
        }
    }

    /// Counts what the file holds behind the last key that came.
    func finish() throws {
        while self.position < self.keys.endIndex { self.skipOne() }
        try self.expected.checkUnchanged()
    }

    private func skipKeys(before key: [UInt8]) {
        while self.position < self.keys.endIndex,
            self.expected.withKey(of: self.keys[self.position], { $0.precedes(key) })
        {
            self.skipOne()
        }
    }

    private func skipOne() {
        let key = self.expected.bytes(of: self.keys[self.position])
        self.differences.note(key, "is in the file and not served")
        self.position += 1
    }
}

/// In what a served key differs from its record; nil when it does not.
private func difference(of served: LiveKeyValue, from metadata: KeyMetadata, _ value: RawSpan) -> String? {
    if served.createRevision != metadata.createRevision { return "has another create revision" }
    if served.modRevision != metadata.modRevision { return "has another mod revision" }
    if served.version != metadata.version { return "has another version" }
    if served.lease != metadata.lease { return "has another lease" }
    return value.holds(served.value) ? nil : "has another value"
}

/// Compares the live keys of two files at their keyspaces' revisions.
///
/// - Returns: In what they differ.
/// - Throws: `StorageError` for a damaged record.
func differences(of taken: Keyspace, from expected: Keyspace, keys: [LiveKey]) throws -> Names {
    let comparison = ReadBack(of: keys[...], in: expected)
    for start in stride(from: 0, to: taken.count, by: 256) {
        var page: [LiveKeyValue] = []
        try taken.forEachRecord(at: start..<min(start + 256, taken.count)) { key, metadata, value in
            page.append(LiveKeyValue(key, metadata, value))
        }
        try comparison.compare(page)
    }
    try comparison.finish()
    try taken.checkUnchanged()
    return comparison.differences
}

extension LiveKeyValue {
    fileprivate init(_ key: RawSpan, _ metadata: KeyMetadata, _ value: RawSpan) {
        self.init(
            key: key.withUnsafeBytes { Array($0) },
            value: value.withUnsafeBytes { Array($0) },
            createRevision: metadata.createRevision,
            modRevision: metadata.modRevision,
            version: metadata.version,
            lease: metadata.lease
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
