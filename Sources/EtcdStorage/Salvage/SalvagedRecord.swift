import Bolt

/// One sound record of bucket `key`, by where it lies in the file; 40 bytes.
struct SalvagedRecord: Sendable {
    var main: Int64
    var sub: Int64
    /// File offset of the revision key, which the message follows.
    var offset: Int
    /// Length of the message, in bytes.
    var messageCount: UInt32
    /// Index of its leaf in ``RecordSearch/leaves``.
    var leaf: UInt32
    var isTombstone: Bool

    /// Revisions above this leave too few for changes to come, and no cluster reaches them.
    private static let highestRevision = Int64.max / 2

    /// Reads a pair as etcd writes them into bucket `key`; nil when it is anything else.
    ///
    /// Key and message must agree: a put says its own revision again and has a possible history, a tombstone holds its
    /// key alone, and only a revision bump's record is empty.
    init?(reading pair: Pair, leaf: Int, in bytes: RawSpan) {
        guard !pair.isBucket, let revision = RevisionKey(reading: bytes, in: pair.key),
            revision.main <= Self.highestRevision, revision.sub < RevisionCheck.maximumOperation,
            pair.valueCount <= BoltWriter.maximumValueSize, let leaf = UInt32(exactly: leaf)
        else { return nil }
        self.main = revision.main
        self.sub = revision.sub
        self.offset = pair.keyOffset
        self.messageCount = UInt32(pair.valueCount)
        self.leaf = leaf
        self.isTombstone = revision.isTombstone
        if pair.valueCount == 0 {
            guard revision.sub == 0, !revision.isTombstone else { return nil }
            return
        }
        guard let keyValue = KeyValue(reading: bytes, in: pair.value), !keyValue.key.isEmpty,
            UInt8(exactly: keyValue.key.lowerBound - pair.valueOffset) != nil
        else { return nil }
        if revision.isTombstone {
            guard keyValue.key.upperBound == pair.end else { return nil }
        } else {
            guard keyValue.metadata.modRevision == revision.main, hasPossibleHistory(keyValue.metadata) else {
                return nil
            }
        }
    }

    /// Whether it is the empty record that a restore's revision bump leaves.
    var isBump: Bool { self.messageCount == 0 }
    var revision: RevisionKey { RevisionKey(main: self.main, sub: self.sub, isTombstone: self.isTombstone) }

    /// File range of the message.
    var message: Range<Int> {
        let start =
            self.offset + (self.isTombstone ? RevisionKey.tombstoneByteCount : RevisionKey.byteCount)
        return start..<start + Int(self.messageCount)
    }

    /// Whether it says the same as another record of its revision.
    func isCopy(of other: SalvagedRecord, in bytes: RawSpan) -> Bool {
        self.isTombstone == other.isTombstone && bytes.compare(self.message, other.message) == 0
    }

    /// Its message and its place in an index of keys; nil for a bump's, which has no key.
    func indexed(in bytes: RawSpan) -> (keyValue: KeyValue, entry: KeyIndex.Entry)? {
        guard !self.isBump, let keyValue = KeyValue(reading: bytes, in: self.message) else { return nil }
        let entry = KeyIndex.Entry(
            offset: self.offset,
            messageCount: self.messageCount,
            keyCount: UInt32(clamping: keyValue.key.count),
            valueCount: UInt32(clamping: keyValue.value.count),
            hash: KeyIndex.hash(of: keyValue.key, in: bytes),
            keyOffset: UInt8(clamping: keyValue.key.lowerBound - self.message.lowerBound),
            isTombstone: self.isTombstone,
            hasTail: keyValue.metadata.lease != 0
        )
        return (keyValue, entry)
    }
}

/// A place in the order of revisions: at one, or right behind it.
struct RevisionPlace: Comparable {
    var main: Int64
    var sub: Int64
    var isBehind = false

    static let first = RevisionPlace(main: .min, sub: 0)
    static let last = RevisionPlace(main: .max, sub: 0)

    /// The revision key that fills a range; nil when there is none there.
    init?(reading bytes: RawSpan, in range: Range<Int>) {
        guard let revision = RevisionKey(reading: bytes, in: range) else { return nil }
        self.init(main: revision.main, sub: revision.sub)
    }

    init(main: Int64, sub: Int64, isBehind: Bool = false) {
        self.main = main
        self.sub = sub
        self.isBehind = isBehind
    }

    init(of record: SalvagedRecord) {
        self.init(main: record.main, sub: record.sub)
    }

    static func < (left: RevisionPlace, right: RevisionPlace) -> Bool {
        if left.main != right.main { return left.main < right.main }
        if left.sub != right.sub { return left.sub < right.sub }
        return !left.isBehind && right.isBehind
    }
}
