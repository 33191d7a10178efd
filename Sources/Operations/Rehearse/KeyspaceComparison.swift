import Bolt
import ClusterChecks
import EtcdStorage

/// In what a served key differs from the file's.
public struct KeyDifference: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case notInFile
        case notServed
        case createRevision
        case modRevision
        case version
        case lease
        case value
    }

    /// The key's first bytes, at most ``keyLimit``.
    public var key: [UInt8]
    public var kind: Kind

    static let keyLimit = 300

    init(_ key: RawSpan, _ kind: Kind) {
        self.key = key.withUnsafeBytes { Array($0.prefix(Self.keyLimit)) }
        self.kind = kind
    }
}

/// Compares records that come in order of their keys, from a server or from another file, with those of a keyspace.
struct KeyspaceComparison {
    private let expected: Keyspace
    /// How many of the keyspace's keys have been compared.
    private(set) var position = 0
    private(set) var differences = Sample<KeyDifference>()

    init(with expected: Keyspace) {
        self.expected = expected
    }

    /// What a page of keys should weigh at most, in bytes.
    private static let pageByteCount = 4 << 20
    /// Bytes of a key and its record beside the value, at most, as a rule.
    private static let recordOverhead = 256

    /// How many of the next keys fit into a page: at least one, however large it is.
    var pageLimit: Int {
        var byteCount = 0
        var count = 0
        for position in self.position..<self.expected.count {
            byteCount += self.expected[position].valueByteCount + Self.recordOverhead
            guard byteCount <= Self.pageByteCount else { break }
            count += 1
        }
        return max(1, count)
    }

    /// Compares the next record, which follows those before in order of the keys.
    ///
    /// - Parameters:
    ///   - key: The record's key.
    ///   - record: A serialised KeyValue.
    /// - Throws: `.badKeyValue` for a record of the keyspace that is damaged.
    mutating func compare(key: RawSpan, record: RawSpan) throws(StorageError) {
        while self.position < self.expected.count,
            self.expected.compareKey(at: self.position, to: key) < 0
        {
            self.skip()
        }
        guard self.position < self.expected.count,
            self.expected.compareKey(at: self.position, to: key) == 0
        else { return self.differences.add(KeyDifference(key, .notInFile)) }
        let own = self.expected[self.position]
        // Both are written by one rule, so that equal states are equal bytes.
        let isEqual = self.expected.withMessage(of: own) { $0.compare(record) == 0 }
        if !isEqual, let kind = try self.difference(of: record, from: own) {
            self.differences.add(KeyDifference(key, kind))
        }
        self.position += 1
    }

    /// Counts what the keyspace holds behind the last key that came.
    ///
    /// - Throws: `.file` when the file has changed meanwhile.
    mutating func finish() throws(StorageError) {
        while self.position < self.expected.count { self.skip() }
        try self.expected.checkUnchanged()
    }

    private mutating func skip() {
        self.expected.withKey(of: self.expected[self.position]) { key in
            self.differences.add(KeyDifference(key, .notServed))
        }
        self.position += 1
    }

    private func difference(
        of record: RawSpan,
        from own: LiveKey
    ) throws(StorageError) -> KeyDifference.Kind? {
        guard let served = KeyValue(reading: record, in: 0..<record.byteCount) else { return .value }
        return try self.expected.withRecord(of: own) { expected, value in
            let metadata = served.metadata
            if metadata.createRevision != expected.createRevision { return .createRevision }
            if metadata.modRevision != expected.modRevision { return .modRevision }
            if metadata.version != expected.version { return .version }
            if metadata.lease != expected.lease { return .lease }
            return record.extracting(served.value).compare(value) == 0 ? nil : .value
        }
    }
}

/// Compares the live keys of two files at their keyspaces' revisions.
///
/// - Returns: In what they differ.
/// - Throws: `StorageError` for a damaged record.
func differences(of taken: Keyspace, from expected: Keyspace) throws(StorageError) -> Sample<KeyDifference> {
    var comparison = KeyspaceComparison(with: expected)
    for position in 0..<taken.count {
        let key = taken[position]
        try taken.withKey(of: key) { (name) throws(StorageError) in
            try taken.withMessage(of: key) { (record) throws(StorageError) in
                try comparison.compare(key: name, record: record)
            }
        }
    }
    try comparison.finish()
    try taken.checkUnchanged()
    return comparison.differences
}
