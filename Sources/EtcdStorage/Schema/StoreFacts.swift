import Bolt
import FoundationEssentials

/// What the small buckets say: the store's place in its cluster's history, its members, its alarms.
///
///     bucket/key                    encoding
///     meta/consistent_index         uint64 big-endian: last raft entry applied
///     meta/term                     uint64 big-endian: its raft term (3.5 and later)
///     meta/confState                JSON of the raft configuration (3.5 and later)
///     meta/scheduledCompactRev      17-byte revision: compaction asked for
///     meta/finishedCompactRev       17-byte revision: compaction done; absent = never compacted
///     meta/storageVersion           text such as `3.6.0` (3.6 and later)
///     cluster/clusterVersion        text such as `3.5.0`
///     auth/authEnabled              one byte, 1 = on
///
/// Source: etcd-io/etcd `server/storage/schema/`.
public struct StoreFacts: Hashable, Sendable {
    public var consistentIndex: UInt64?
    public var term: UInt64?
    public var confState: String?
    public var scheduledCompactRevision: Int64?
    public var finishedCompactRevision: Int64?
    public var storageVersion: String?
    public var clusterVersion: String?
    public var members: [Member] = []
    public var removedMembers = 0
    public var alarms: [Alarm] = []
    public var authEnabled = false
    public var users = 0
    public var roles = 0
    public var leases: [Lease] = []

    /// The oldest revision that can still be read, 0 when the store was never compacted.
    ///
    /// A compaction that was asked for counts: etcd finishes it when it starts.
    public var compactRevision: Int64 {
        max(self.scheduledCompactRevision ?? 0, self.finishedCompactRevision ?? 0)
    }

    /// Longest JSON that is read, in bytes.
    private static let maximumJSONByteCount = 1 << 20

    /// Whether the last compaction that was asked for is done, not merely begun.
    var isCompactionFinished: Bool {
        (self.finishedCompactRevision ?? 0) >= (self.scheduledCompactRevision ?? 0)
    }

    /// The facts of a store of which nothing is known.
    init() {}

    /// Reads every bucket but `key`.
    ///
    /// - Throws: `.badPair` when an entry is not what etcd writes there; `.bolt` for damaged pages.
    public init(reading database: EtcdDatabase) throws(StorageError) {
        try self.readMeta(database)
        try self.readCluster(database)
        try self.readMembers(database)
        try self.readAlarms(database)
        try self.readAuth(database)
        try self.readLeases(database)
    }

    /// The last raft entry that the database has applied, alone; nil when it does not say.
    static func consistentIndex(of database: EtcdDatabase) throws(StorageError) -> UInt64? {
        var facts = StoreFacts()
        try facts.readMeta(database)
        return facts.consistentIndex
    }

    private mutating func readMeta(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .meta) { (pair, page, bytes) throws(StorageError) in
            func bad() -> StorageError { .badPair(in: .meta, of: database, on: page) }
            switch bytes.text(in: pair.key).flatMap(MetaKey.init(rawValue:)) {
            case .consistentIndex:
                guard let index = bytes.bigEndian(UInt64.self, in: pair.value) else { throw bad() }
                self.consistentIndex = index
            case .term:
                guard let term = bytes.bigEndian(UInt64.self, in: pair.value) else { throw bad() }
                self.term = term
            case .confState:
                guard let text = Self.confState(in: pair.value, bytes) else { throw bad() }
                self.confState = text
            case .scheduledCompaction:
                guard let key = RevisionKey(reading: bytes, in: pair.value) else { throw bad() }
                self.scheduledCompactRevision = key.main
            case .finishedCompaction:
                guard let key = RevisionKey(reading: bytes, in: pair.value) else { throw bad() }
                self.finishedCompactRevision = key.main
            case .storageVersion:
                guard let text = bytes.text(in: pair.value), text.utf8.count <= 64 else { throw bad() }
                self.storageVersion = text
            case nil:
                break
            }
        }
    }

    /// The JSON of a raft configuration; nil when the range holds none.
    static func confState(in range: Range<Int>, _ bytes: RawSpan) -> String? {
        guard range.count <= Self.maximumJSONByteCount, let text = bytes.text(in: range), isJSONObject(text)
        else { return nil }
        return text
    }

    private mutating func readCluster(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .cluster) { (pair, page, bytes) throws(StorageError) in
            guard bytes.text(in: pair.key) == "clusterVersion" else { return }
            guard let text = bytes.text(in: pair.value), text.utf8.count <= 64 else {
                throw .badPair(in: .cluster, of: database, on: page)
            }
            self.clusterVersion = text
        }
    }

    private mutating func readMembers(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .members) { (pair, page, bytes) throws(StorageError) in
            guard let member = Member(json: bytes.copy(pair.value)),
                String(member.id, radix: 16) == bytes.text(in: pair.key)
            else { throw .badPair(in: .members, of: database, on: page) }
            self.members.append(member)
        }
        try database.forEachPair(in: .membersRemoved) { (_, _, _) in self.removedMembers += 1 }
    }

    private mutating func readAlarms(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .alarm) { (pair, page, bytes) throws(StorageError) in
            guard let alarm = Alarm(reading: bytes, in: pair.key) else {
                throw .badPair(in: .alarm, of: database, on: page)
            }
            self.alarms.append(alarm)
        }
    }

    private mutating func readAuth(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .auth) { (pair, page, bytes) throws(StorageError) in
            guard bytes.text(in: pair.key) == "authEnabled" else { return }
            guard pair.valueCount == 1 else { throw .badPair(in: .auth, of: database, on: page) }
            self.authEnabled = bytes.copy(pair.value) == [1]
        }
        try database.forEachPair(in: .authUsers) { (_, _, _) in self.users += 1 }
        try database.forEachPair(in: .authRoles) { (_, _, _) in self.roles += 1 }
    }

    private mutating func readLeases(_ database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .lease) { (pair, page, bytes) throws(StorageError) in
            guard let lease = Lease(reading: bytes, in: pair.value),
                bytes.bigEndian(Int64.self, in: pair.key) == lease.id
            else { throw .badPair(in: .lease, of: database, on: page) }
            self.leases.append(lease)
        }
    }
}

extension StorageError {
    fileprivate static func badPair(
        in bucket: BucketName,
        of database: EtcdDatabase,
        on page: PageID
    ) -> StorageError {
        StorageError(.badPair(bucket: bucket.rawValue), path: database.path, page: page)
    }
}

/// Whether the text is one JSON object.
private func isJSONObject(_ text: String) -> Bool {
    (try? JSONDecoder().decode([String: AnyJSON].self, from: Data(text.utf8))) != nil
}

/// A JSON value that is looked at to its end and then forgotten.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {
        if (try? decoder.container(keyedBy: AnyKey.self)) != nil {
            _ = try [String: AnyJSON](from: decoder)
        } else if (try? decoder.unkeyedContainer()) != nil {
            _ = try [AnyJSON](from: decoder)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() || (try? value.decode(Bool.self)) != nil { return }
            if (try? value.decode(String.self)) == nil { _ = try value.decode(Double.self) }
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
