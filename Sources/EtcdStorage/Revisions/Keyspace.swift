import Bolt
public import Files

/// Every live key at one revision, each pointing at its record in the file.
///
/// Live means: the newest change of the key at or below the revision is not a tombstone. A snapshot
/// holds history, so the same key lies in it many times, deleted ones included.
public struct Keyspace: Sendable {
    /// The revision that is shown.
    public let revision: Int64
    /// The newest revision of the store.
    public let currentRevision: Int64
    /// The main revision of the last change that the file holds; 0 when it holds none.
    public let lastRevision: Int64
    /// The oldest revision that can be shown; 0 when the store was never compacted.
    public let compactRevision: Int64
    /// The file in which the records lie.
    public let file: MappedFile

    let entries: [KeyIndex.Entry]
    /// The nameless record that a restore with a revision bump leaves.
    let bumpRecord: KeyIndex.Entry?

    /// Number of live keys; ``totalKeys`` also counts the record of a revision bump.
    public var count: Int { self.entries.count }

    /// What etcdutl 3.6 calls total keys.
    public var totalKeys: Int { self.entries.count + (self.bumpRecord == nil ? 0 : 1) }
}

extension EtcdDatabase {
    /// Reads the keys that live at `revision`, or at the newest when it is absent.
    ///
    /// - Throws: `.compacted` or `.futureRevision` for a revision that cannot be shown;
    ///   `.badKeyValue` and what damaged pages throw.
    public func keyspace(at revision: Int64? = nil) throws(StorageError) -> Keyspace {
        try self.walk(at: revision, hashing: false).keyspace
    }

    /// The keyspace, and with `hashing` the status hash of the whole file from the same walk.
    ///
    /// The leaves are shared out to all processors; then the changes are put together in order.
    func walk(at revision: Int64?, hashing: Bool) throws(StorageError) -> (keyspace: Keyspace, hash: CRC32C) {
        let compactRevision = try StoreFacts(reading: self).compactRevision
        let last = try self.lastRevision()
        let current = max(1, compactRevision, last)
        let shown = revision ?? current
        guard shown <= current else {
            throw StorageError(.futureRevision(asked: shown, current: current), path: self.path)
        }
        guard shown >= compactRevision else {
            throw StorageError(.compacted(asked: shown, compactRevision: compactRevision), path: self.path)
        }
        let (newest, hash) = try self.newestChanges(upTo: shown, hashing: hashing)
        try self.checkUnchanged()
        let keyspace = Keyspace(
            revision: shown,
            currentRevision: current,
            lastRevision: last,
            compactRevision: compactRevision,
            file: self.bolt.file,
            entries: newest.filter { !$0.isTombstone && $0.keyCount > 0 },
            bumpRecord: newest.first { !$0.isTombstone && $0.keyCount == 0 }
        )
        return (keyspace, hash)
    }

    /// The newest change of every key up to `revision`.
    private func newestChanges(
        upTo revision: Int64,
        hashing: Bool
    ) throws(StorageError) -> (entries: [KeyIndex.Entry], hash: CRC32C) {
        enum Part: Sendable {
            case revisions(RevisionChunk)
            case hash(CRC32C)
        }
        let shares = try LeafChunk.shares(of: self).filter { hashing || $0.isKeyBucket }
        let parts = try concurrently(count: shares.count) { (index) throws(StorageError) -> Part in
            let share = shares[index]
            guard share.isKeyBucket else { return .hash(try share.hash(of: self)) }
            return .revisions(try RevisionChunk(reading: share, of: self, upTo: revision, hashing: hashing))
        }
        var hash = CRC32C()
        var revisions: [RevisionChunk] = []
        for part in parts {
            switch part {
            case .revisions(let share):
                hash.append(share.hash)
                revisions.append(share)
            case .hash(let next): hash.append(next)
            }
        }
        return (try self.joined(revisions), hash)
    }

    /// Puts the shares' changes together, half of the keys by their hash on each of two processors.
    private func joined(_ shares: [RevisionChunk]) throws(StorageError) -> [KeyIndex.Entry] {
        var last: RevisionRecord?
        for share in shares {
            if let first = share.first { try self.requireOrder(last, first) }
            last = share.last ?? last
        }
        let capacity = shares.reduce(0) { $0 + $1.entries.count } / 2
        let halves = try concurrently(count: 2) { (half) throws(StorageError) in
            var index = KeyIndex(capacity: capacity)
            self.bolt.file.withBytes { bytes in
                for share in shares {
                    for entry in share.entries where entry.hash >> 31 == UInt32(half) {
                        index.update(entry, in: bytes)
                    }
                }
            }
            return index.entries
        }
        return halves[0] + halves[1]
    }
}
