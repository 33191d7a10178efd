import Bolt
import Files

/// What lives at one revision of a database, in no particular order.
struct LiveRecords: Sendable {
    /// The revision that is shown.
    var revision: Int64
    /// The newest revision of the store.
    var currentRevision: Int64
    /// The main revision of the last change that the file holds; 0 when it holds none.
    var lastRevision: Int64
    /// The oldest revision that can be shown; 0 when the store was never compacted.
    var compactRevision: Int64
    /// The records of the live keys.
    var entries: [KeyIndex.Entry]
    /// The nameless record that a restore with a revision bump leaves.
    var bumpRecord: KeyIndex.Entry?
    /// What is left out.
    var malformedKeys = MalformedKeys()

    /// Takes the records away, so that they can be put in order where they are.
    mutating func takeEntries() -> [KeyIndex.Entry] {
        defer { self.entries = [] }
        return self.entries
    }

    /// What etcdutl 3.6 calls total keys.
    var totalKeys: Int { self.entries.count + (self.bumpRecord == nil ? 0 : 1) }
}

extension LiveRecords {
    /// What lives after some changes.
    ///
    /// - Parameters:
    ///   - changes: The newest change of every key, up to `revision`.
    ///   - revision: The revision that is shown; nil for the newest.
    ///   - lastRevision: The main revision of the last change of all; 0 when there is none.
    ///   - compactRevision: The oldest revision that can be shown; 0 when the store was never compacted.
    ///   - malformedKeys: What is left out.
    init(
        newest changes: [KeyIndex.Entry],
        at revision: Int64? = nil,
        lastRevision: Int64,
        compactRevision: Int64,
        malformedKeys: MalformedKeys = MalformedKeys()
    ) {
        let current = newestRevision(lastRevision: lastRevision, compactRevision: compactRevision)
        self.init(
            revision: revision ?? current,
            currentRevision: current,
            lastRevision: lastRevision,
            compactRevision: compactRevision,
            entries: changes.filter { !$0.isTombstone && $0.keyCount > 0 },
            bumpRecord: changes.first { !$0.isTombstone && $0.keyCount == 0 },
            malformedKeys: malformedKeys
        )
    }
}

/// A new store is at revision 1, and a revision that was compacted away was there nevertheless.
private func newestRevision(lastRevision: Int64, compactRevision: Int64) -> Int64 {
    max(1, compactRevision, lastRevision)
}

/// What a walk over all leaves of a file tells beside the changes.
struct WalkedFile: Sendable {
    /// CRC-32C of all that was walked.
    private(set) var hash = CRC32C()
    /// The leaves of each bucket.
    let buckets: [LeafList]
    private(set) var walks: [LeafWalk] = []

    init(buckets: [LeafList]) {
        self.buckets = buckets
    }

    mutating func append(_ hash: CRC32C, _ walk: LeafWalk) {
        self.hash.append(hash)
        self.walks.append(walk)
    }
}

extension EtcdDatabase {
    /// What lives at `revision`, or at the newest, and with `hashing` the status hash and the structure of the whole
    /// file from the same walk.
    ///
    /// The leaves are shared out to all processors; then the changes are put together in order.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    func liveRecords(
        at revision: Int64?,
        hashing: Bool
    ) throws(StorageError) -> (live: LiveRecords, walked: WalkedFile) {
        let compactRevision = try StoreFacts(reading: self).compactRevision
        let last = try self.lastReadableRevision()
        let current = newestRevision(lastRevision: last, compactRevision: compactRevision)
        let shown = revision ?? current
        guard shown <= current else {
            throw StorageError(.futureRevision(asked: shown, current: current), path: self.path)
        }
        guard shown >= compactRevision else {
            throw StorageError(.compacted(asked: shown, compactRevision: compactRevision), path: self.path)
        }
        let (newest, malformedKeys, walked) = try self.newestChanges(upTo: shown, hashing: hashing)
        try self.checkUnchanged()
        let live = LiveRecords(
            newest: newest,
            at: shown,
            lastRevision: last,
            compactRevision: compactRevision,
            malformedKeys: malformedKeys
        )
        return (live, walked)
    }

    /// The newest change of every key up to `revision`.
    private func newestChanges(
        upTo revision: Int64,
        hashing: Bool
    ) throws(StorageError) -> (entries: [KeyIndex.Entry], MalformedKeys, walked: WalkedFile) {
        enum Part: Sendable {
            case revisions(RevisionChunk)
            case other(CRC32C, LeafWalk)
        }
        let chunks = try LeafChunk.chunks(of: self, checkingEdges: hashing)
            .filter { hashing || $0.isKeyBucket }
        let parts = try concurrently(count: chunks.count) { (index) throws(StorageError) -> Part in
            let chunk = chunks[index]
            guard chunk.isKeyBucket else {
                var walk = LeafWalk()
                let hash = try chunk.hash(of: self, noting: &walk)
                return .other(hash, walk)
            }
            return .revisions(try RevisionChunk(reading: chunk, of: self, upTo: revision, hashing: hashing))
        }
        var walked = WalkedFile(buckets: chunks.filter(\.isFirst).map(\.leaves))
        var revisions: [RevisionChunk] = []
        for part in parts {
            switch part {
            case .revisions(let chunk):
                walked.append(chunk.hash, chunk.walk)
                revisions.append(chunk)
            case .other(let hash, let walk): walked.append(hash, walk)
            }
        }
        let malformedKeys = revisions.reduce(into: MalformedKeys()) { $0.append($1.malformedKeys) }
        return (try self.joined(revisions), malformedKeys, walked)
    }

    /// Puts the chunks' changes together, half of the keys by their hash on each of two processors.
    private func joined(_ chunks: [RevisionChunk]) throws(StorageError) -> [KeyIndex.Entry] {
        var last: RevisionRecord?
        for chunk in chunks {
            if let first = chunk.first { try self.requireOrder(last, first) }
            last = chunk.last ?? last
        }
        let capacity = chunks.reduce(0) { $0 + $1.entries.count } / 2
        let halves = try concurrently(count: 2) { (half) throws(StorageError) in
            var index = KeyIndex(capacity: capacity)
            self.bolt.file.withBytes { bytes in
                for chunk in chunks {
                    for entry in chunk.entries where entry.hash >> 31 == UInt32(half) {
                        index.update(entry, in: bytes)
                    }
                }
            }
            return index.entries
        }
        return halves[0] + halves[1]
    }
}
