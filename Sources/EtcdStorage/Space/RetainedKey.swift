/// What a database keeps of one key: whether it lives, and how much of its history is still there.
public struct RetainedKey: Hashable, Sendable {
    /// Records that were overwritten or came before a deletion, in bytes.
    public private(set) var historyByteCount = 0
    /// Records of deletions, in bytes.
    public private(set) var tombstoneByteCount: UInt32 = 0
    /// All records: the state, what came before, deletions.
    public private(set) var recordCount: UInt32 = 0
    /// Those above the compact revision: the changes that are known.
    public private(set) var changeCount: UInt32 = 0
    /// Deletions among the records.
    public private(set) var tombstoneCount: UInt32 = 0
    /// Of the last put: how often the key was written since it was last created.
    public private(set) var version: UInt32 = 0
    /// Whether it lives at the newest revision.
    public private(set) var isLive = false

    /// Records that are neither the live state nor a deletion.
    public var historyCount: Int { Int(self.recordCount) - Int(self.tombstoneCount) - (self.isLive ? 1 : 0) }

    init() {}

    /// A key that lives and of which nothing else is known.
    public init(liveAtVersion version: Int64) {
        self.recordCount = 1
        self.version = UInt32(clamping: version)
        self.isLive = true
    }

    /// Notes the next record of the key.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - previous: The one that was the key's state before, if it lived.
    ///   - isKnownChange: Whether it lies above the compact revision.
    fileprivate mutating func add(
        _ record: RetainedChunk.Record,
        after previous: KeyIndex.Entry,
        isKnownChange: Bool
    ) {
        if self.isLive { self.historyByteCount += previous.recordByteCount }
        self.recordCount &+= 1
        if isKnownChange { self.changeCount &+= 1 }
        self.isLive = !record.entry.isTombstone
        if self.isLive {
            self.version = record.version
        } else {
            self.tombstoneCount &+= 1
            self.tombstoneByteCount &+= UInt32(truncatingIfNeeded: record.byteCount)
        }
    }
}

/// Half of the keys of a database, by their hash, with what is kept of each.
struct RetainedKeys: Sendable {
    /// The last put of each key, or its last deletion where no put is left.
    ///
    /// In no particular order.
    private(set) var entries: [KeyIndex.Entry]
    /// In the order of `entries`.
    private(set) var keys: [RetainedKey] = []
    /// For each record of the half, in order of revision, its key's index.
    private(set) var keyOfRecord: [UInt32] = []

    /// Puts the records of one half together.
    ///
    /// - Parameters:
    ///   - half: 0 or 1.
    ///   - chunks: All records, in order.
    ///   - bytes: The file.
    init(half: Int, of chunks: [RetainedChunk], in bytes: RawSpan) {
        let count = chunks.reduce(0) { $0 + $1.records.count }
        // The first half is given the keys of the second.
        let capacity = half == 0 ? count : count / 2
        var index = KeyIndex(capacity: count / 2, entryCapacity: capacity)
        self.keyOfRecord.reserveCapacity(count / 2)
        self.keys.reserveCapacity(capacity)
        for chunk in chunks {
            for (place, record) in chunk.records.enumerated() where record.entry.half == half {
                let (key, isNew) = index.index(of: record.entry, in: bytes)
                if isNew { self.keys.append(RetainedKey()) }
                self.keys[key].add(
                    record,
                    after: index.entries[key],
                    isKnownChange: place >= chunk.compactedCount
                )
                if !record.entry.isTombstone { index.replace(at: key, with: record.entry) }
                self.keyOfRecord.append(UInt32(truncatingIfNeeded: key))
            }
        }
        self.entries = index.entries
    }

    /// Adds the keys of the other half, whose memory is freed on the way.
    mutating func append(_ other: inout RetainedKeys) {
        self.entries += other.entries
        other.entries = []
        self.keys += other.keys
        other.keys = []
    }

    /// The entries and the keys.
    consuming func taken() -> (entries: [KeyIndex.Entry], keys: [RetainedKey]) { (self.entries, self.keys) }

    /// Takes the keys' numbers of the records away.
    mutating func takeKeyOfRecord() -> [UInt32] {
        defer { self.keyOfRecord = [] }
        return self.keyOfRecord
    }
}

extension KeyIndex.Entry {
    /// Which half of the keys it belongs to, 0 or 1.
    var half: Int { Int(self.hash >> 31) }
}
