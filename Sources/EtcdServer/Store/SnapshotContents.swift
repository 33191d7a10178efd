import Bolt
import EtcdStorage
import Files
import ProtobufWire

/// Every pair that a snapshot of the store holds, bucket by bucket: the source's, with what was written
/// since over them.
///
///     bucket      what happens
///     key         the source's records without those that are compacted, then the log
///     meta        consistent_index and term; after a compaction where it is
///     lease       what is granted now
///     alarm       what is raised now
///     auth...     users and roles, once they have changed
///     others      as in the source; those that are missing are created empty
struct SnapshotContents: Sendable {
    let overlay: Overlay
    let leases: LeaseTable
    let alarms: Alarms
    let users: UserRecords
    /// How many requests were applied since the store was opened.
    let requests: UInt64
    let raftTerm: UInt64

    /// A place to which buckets and pairs go in order.
    protocol Sink: ~Copyable {
        mutating func begin(_ bucket: [UInt8]) throws(StorageError)
        mutating func append(_ key: RawSpan, _ value: RawSpan) throws(StorageError)
    }

    /// Hands out everything to `sink`.
    ///
    /// - Throws: Damage in the source; what `sink` throws.
    func write(to sink: inout some Sink & ~Copyable) throws(StorageError) {
        let buckets = try self.overlay.source?.database.buckets() ?? []
        let sources = Dictionary(uniqueKeysWithValues: buckets.map { ($0.name, $0) })
        let known = BucketName.allCases.map { Array($0.rawValue.utf8) }
        let names = Set(known).union(sources.keys).sorted { $0.lexicographicallyPrecedes($1) }
        for name in names {
            try sink.begin(name)
            switch BucketName(rawValue: String(decoding: name, as: UTF8.self)) {
            case .key:
                try self.overlay.forEachRecord { (_, key, message) throws(StorageError) in
                    try sink.append(key, message)
                }
            case .meta: try self.write(sources[name], replacing: self.meta, to: &sink)
            case .lease: try self.write(nil, replacing: self.leasePairs, to: &sink)
            case .alarm: try self.write(nil, replacing: self.alarmPairs, to: &sink)
            case .auth where self.users.areChanged:
                try self.write(sources[name], replacing: self.users.state, to: &sink)
            case .authUsers where self.users.areChanged:
                try self.write(nil, replacing: self.users.userPairs, to: &sink)
            case .authRoles where self.users.areChanged:
                try self.write(nil, replacing: self.users.rolePairs, to: &sink)
            case .cluster where self.overlay.source == nil:
                try self.write(
                    nil,
                    replacing: [(Array("clusterVersion".utf8), Array("3.5.0".utf8))],
                    to: &sink
                )
            default: try self.write(sources[name], replacing: [], to: &sink)
            }
        }
        try self.overlay.source?.database.checkUnchanged()
    }

    /// Writes the source's pairs of a bucket with others in their place or between them.
    private func write(
        _ bucket: Bucket?,
        replacing pairs: [(key: [UInt8], value: [UInt8])],
        to sink: inout some Sink & ~Copyable
    ) throws(StorageError) {
        var pending = pairs[...]
        if let bucket, let database = self.overlay.source?.database {
            try database.forEachPair(in: bucket) { (pair, page, bytes) throws(StorageError) in
                guard !pair.isBucket else {
                    let name = String(decoding: bucket.name, as: UTF8.self)
                    throw StorageError(.badPair(bucket: name), path: database.path, page: page)
                }
                let key = bytes.extracting(pair.key)
                var isReplaced = false
                while let (newKey, newValue) = pending.first {
                    let order = key.compare(newKey.span.bytes)
                    if order < 0 { break }
                    try sink.append(newKey.span.bytes, newValue.span.bytes)
                    pending.removeFirst()
                    isReplaced = order == 0
                }
                if !isReplaced { try sink.append(key, bytes.extracting(pair.value)) }
            }
        }
        for (key, value) in pending { try sink.append(key.span.bytes, value.span.bytes) }
    }
}

/// The small buckets' pairs, in order of their keys.
extension SnapshotContents {
    private typealias Pair = (key: [UInt8], value: [UInt8])

    /// The raft index of a snapshot taken now: the source's, and one for each request since.
    var appliedIndex: UInt64 {
        // A new cluster of one has applied its member, its attributes and its version.
        (self.overlay.source?.facts.consistentIndex ?? 3) &+ self.requests
    }

    private var meta: [Pair] {
        var pairs: [Pair] = [(Array("consistent_index".utf8), bigEndian(self.appliedIndex))]
        if self.overlay.isCompactedSinceOpen {
            let revision = RevisionKey(main: self.overlay.compactRevision, sub: 0).bytes
            pairs.append((Array("finishedCompactRev".utf8), revision))
            pairs.append((Array("scheduledCompactRev".utf8), revision))
        }
        let term = self.overlay.source?.facts.term ?? self.raftTerm
        pairs.append((Array("term".utf8), bigEndian(term)))
        return pairs
    }

    private var leasePairs: [Pair] {
        let leases = self.leases.entries.values.map(\.lease)
        return leases.sorted { UInt64(bitPattern: $0.id) < UInt64(bitPattern: $1.id) }.map { lease in
            (bigEndian(UInt64(bitPattern: lease.id)), lease.message)
        }
    }

    private var alarmPairs: [Pair] {
        let keys = self.alarms.raised.map { alarm in
            var message = ProtobufWriter()
            message.appendUnlessZero(alarm.memberID, field: 1)
            message.appendUnlessZero(Int64(alarm.kind), field: 2)
            return message.bytes
        }
        return keys.filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }.map { ($0, []) }
    }
}

private func bigEndian(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
