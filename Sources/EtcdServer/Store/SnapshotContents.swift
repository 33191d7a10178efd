import Bolt
import EtcdStorage
import Files

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
    let view: RevisionView
    let leases: Leases
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
        let buckets = try self.view.source?.database.buckets() ?? []
        let sources = Dictionary(uniqueKeysWithValues: buckets.map { ($0.name, $0) })
        let known = BucketName.allCases.map { Array($0.rawValue.utf8) }
        let names = Set(known).union(sources.keys).sorted { $0.lexicographicallyPrecedes($1) }
        for name in names {
            try sink.begin(name)
            switch BucketName(rawValue: String(decoding: name, as: UTF8.self)) {
            case .key: try self.writeChanges(sources[name], to: &sink)
            case .meta: try self.write(sources[name], replacing: self.meta, to: &sink)
            case .lease: try self.write(nil, replacing: self.leasePairs, to: &sink)
            case .alarm: try self.write(nil, replacing: self.alarmPairs, to: &sink)
            case .auth where self.users.areChanged:
                try self.write(sources[name], replacing: self.users.state, to: &sink)
            case .authUsers where self.users.areChanged:
                try self.write(nil, replacing: self.users.userPairs, to: &sink)
            case .authRoles where self.users.areChanged:
                try self.write(nil, replacing: self.users.rolePairs, to: &sink)
            case .cluster where self.view.source == nil:
                try self.write(
                    nil,
                    replacing: [(Array("clusterVersion".utf8), Array("3.5.0".utf8))],
                    to: &sink
                )
            default: try self.write(sources[name], replacing: [], to: &sink)
            }
        }
        try self.view.source?.database.checkUnchanged()
    }

    private func writeChanges(_ bucket: Bucket?, to sink: inout some Sink & ~Copyable) throws(StorageError) {
        if let bucket, let source = self.view.source {
            let compacted = self.view.isCompactedSinceOpen ? self.view.compactRevision : 0
            let kept = compacted > 0 ? try self.keptRecords(source, at: compacted) : []
            try source.database.forEachPair(in: bucket) { (pair, page, bytes) throws(StorageError) in
                guard !pair.isBucket, let revision = RevisionKey(reading: bytes, in: pair.key) else {
                    throw StorageError(.badRevisionKey, path: source.database.path, page: page)
                }
                guard revision.main > compacted || kept.containsSorted(pair.keyOffset) else { return }
                try sink.append(bytes.extracting(pair.key), bytes.extracting(pair.value))
            }
        }
        try self.view.log.forEach { (change) throws(StorageError) in
            if self.view.outlivesCompaction(change, at: self.view.compactRevision) {
                let (key, record) = (change.revision.bytes, change.record)
                try sink.append(key.span.bytes, record.span.bytes)
            }
            return true
        }
    }

    private func keptRecords(_ source: SourceStore, at revision: Int64) throws(StorageError) -> [Int] {
        do {
            return try self.view.keptRecords(source, at: revision)
        } catch {
            throw StorageError(.badRevisionKey, path: source.database.path)
        }
    }

    /// Writes the source's pairs of a bucket with others in their place or between them.
    private func write(
        _ bucket: Bucket?,
        replacing pairs: [(key: [UInt8], value: [UInt8])],
        to sink: inout some Sink & ~Copyable
    ) throws(StorageError) {
        var pending = pairs[...]
        if let bucket, let database = self.view.source?.database {
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
        (self.view.source?.facts.consistentIndex ?? 3) &+ self.requests
    }

    private var meta: [Pair] {
        var pairs: [Pair] = [(Array("consistent_index".utf8), bigEndian(self.appliedIndex))]
        if self.view.isCompactedSinceOpen {
            let revision = RevisionKey(main: self.view.compactRevision, sub: 0).bytes
            pairs.append((Array("finishedCompactRev".utf8), revision))
            pairs.append((Array("scheduledCompactRev".utf8), revision))
        }
        let term = self.view.source?.facts.term ?? self.raftTerm
        pairs.append((Array("term".utf8), bigEndian(term)))
        return pairs
    }

    private var leasePairs: [Pair] {
        let leases = self.leases.all.sorted { UInt64(bitPattern: $0.key) < UInt64(bitPattern: $1.key) }
        return leases.map { id, lease in
            var message = MessageBuilder()
            message.append(id, field: 1)
            message.append(lease.ttl, field: 2)
            message.append(lease.remainingTTL, field: 3)
            return (bigEndian(UInt64(bitPattern: id)), message.bytes)
        }
    }

    private var alarmPairs: [Pair] {
        let keys = self.alarms.raised.map { alarm in
            var message = MessageBuilder()
            message.append(alarm.memberID, field: 1)
            message.append(Int64(alarm.kind), field: 2)
            return message.bytes
        }
        return keys.filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }.map { ($0, []) }
    }
}

private func bigEndian(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
