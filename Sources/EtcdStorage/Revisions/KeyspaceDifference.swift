import Bolt

/// In which keys two keyspaces differ, in order of the keys.
///
/// Values are compared where they lie, on all processors: what is equal is looked at once and never copied.
public struct KeyspaceDifference: Sendable {
    /// What became of a key, with its positions in the two keyspaces.
    public enum Change: Hashable, Sendable {
        case removed(old: Int)
        case added(new: Int)
        case changed(old: Int, new: Int)
    }

    /// What of a record is compared.
    public enum Depth: Hashable, Sendable {
        case values
        /// Also when a key was written: its revisions, version and lease.
        case records
    }

    public let changes: [Change]
    /// How many keys are in both and the same.
    public let equalCount: Int

    /// Compares two keyspaces.
    ///
    /// - Parameters:
    ///   - old: The one.
    ///   - new: The other; it may show another revision of the same file.
    ///   - ranges: The positions that are compared with each other, in order; nil for all.
    ///   - depth: What of a record is compared.
    /// - Throws: `.badKeyValue` for a damaged record, and what ``Keyspace/checkUnchanged()`` throws.
    public init(
        from old: Keyspace,
        to new: Keyspace,
        within ranges: [(old: Range<Int>, new: Range<Int>)]? = nil,
        depth: Depth = .values
    ) throws(StorageError) {
        let ranges = ranges ?? [(0..<old.count, 0..<new.count)]
        let parts = ranges.flatMap { old.parts($0.old, beside: $0.new, of: new) }
        let found = concurrently(count: parts.count) { index in
            old.records.withRecordBytes { one in
                new.records.withRecordBytes { other in
                    var walk = KeyspaceWalk(KeyspaceSide(old, one), KeyspaceSide(new, other), depth)
                    walk.compare(parts[index].old, parts[index].new)
                    return walk.found
                }
            }
        }
        for part in found {
            if let position = part.damagedOld { throw old.damage(at: old[position]) }
            if let position = part.damagedNew { throw new.damage(at: new[position]) }
        }
        try old.checkUnchanged()
        try new.checkUnchanged()
        self.changes = found.flatMap(\.changes)
        self.equalCount = found.reduce(0) { $0 + $1.equalCount }
    }
}

extension Keyspace {
    private static let partKeyCount = 4096

    /// Cuts ranges of positions of two keyspaces where keys are equal in both, into parts of a few thousand keys.
    fileprivate func parts(
        _ own: Range<Int>,
        beside others: Range<Int>,
        of other: Keyspace
    ) -> [(old: Range<Int>, new: Range<Int>)] {
        var parts: [(old: Range<Int>, new: Range<Int>)] = []
        var (start, otherStart) = (own.lowerBound, others.lowerBound)
        while own.upperBound - start > Self.partKeyCount {
            let end = start + Self.partKeyCount
            let otherEnd = self.withKey(of: self[end]) { key in
                lowerBound(otherStart..<others.upperBound) { other.compareKey(at: $0, to: key) < 0 }
            }
            parts.append((start..<end, otherStart..<otherEnd))
            (start, otherStart) = (end, otherEnd)
        }
        // Keys that are only in the other may be many.
        while others.upperBound - otherStart > 2 * Self.partKeyCount {
            let otherEnd = otherStart + Self.partKeyCount
            let end = other.withKey(of: other[otherEnd]) { key in
                lowerBound(start..<own.upperBound) { self.compareKey(at: $0, to: key) < 0 }
            }
            parts.append((start..<end, otherStart..<otherEnd))
            (start, otherStart) = (end, otherEnd)
        }
        parts.append((start..<own.upperBound, otherStart..<others.upperBound))
        return parts
    }
}

/// A keyspace and the bytes of its records.
private struct KeyspaceSide {
    let entries: [KeyIndex.Entry]
    let bytes: RecordBytes

    init(_ keyspace: Keyspace, _ bytes: RecordBytes) {
        self.entries = keyspace.entries
        self.bytes = bytes
    }
}

/// Goes through the keys of two ranges side by side.
private struct KeyspaceWalk {
    struct Found: Sendable {
        var changes: [KeyspaceDifference.Change] = []
        var equalCount = 0
        /// The first position whose record is damaged behind its key.
        var damagedOld: Int?
        var damagedNew: Int?
    }

    private let old: KeyspaceSide
    private let new: KeyspaceSide
    private let depth: KeyspaceDifference.Depth
    private(set) var found = Found()

    init(_ old: KeyspaceSide, _ new: KeyspaceSide, _ depth: KeyspaceDifference.Depth) {
        self.old = old
        self.new = new
        self.depth = depth
    }

    mutating func compare(_ left: Range<Int>, _ right: Range<Int>) {
        var (i, j) = (left.lowerBound, right.lowerBound)
        while i < left.upperBound, j < right.upperBound {
            // Records lie scattered over the file, so that each would be waited for.
            if i + 16 < left.upperBound { self.old.bytes.prefetchKey(of: self.old.entries[i + 16]) }
            if j + 16 < right.upperBound { self.new.bytes.prefetchKey(of: self.new.entries[j + 16]) }
            let order = self.compareKeys(i, j)
            if order < 0 {
                self.found.changes.append(.removed(old: i))
                i += 1
            } else if order > 0 {
                self.found.changes.append(.added(new: j))
                j += 1
            } else {
                if self.areSame(i, j) {
                    self.found.equalCount += 1
                } else {
                    self.found.changes.append(.changed(old: i, new: j))
                }
                i += 1
                j += 1
            }
        }
        for position in i..<left.upperBound { self.found.changes.append(.removed(old: position)) }
        for position in j..<right.upperBound { self.found.changes.append(.added(new: position)) }
    }

    private func compareKeys(_ i: Int, _ j: Int) -> Int {
        let (one, other) = (self.old.entries[i], self.new.entries[j])
        if self.old.bytes.isSameRecord(one, other, of: self.new.bytes) { return 0 }
        return self.old.bytes.withKey(of: one) { left in
            self.new.bytes.withKey(of: other) { right in left.compare(right) }
        }
    }

    private mutating func areSame(_ i: Int, _ j: Int) -> Bool {
        let (one, other) = (self.old.entries[i], self.new.entries[j])
        if self.old.bytes.isSameRecord(one, other, of: self.new.bytes) { return true }
        if self.depth == .values, one.valueCount != other.valueCount { return false }
        var (isOldWhole, isNewWhole) = (true, true)
        let areSame = self.old.bytes.withMessage(of: one) { left in
            self.new.bytes.withMessage(of: other) { right in
                // Both are written by one rule, so that equal states are equal bytes.
                if left.byteCount == right.byteCount, left.compare(right) == 0 { return true }
                guard let a = KeyValue(reading: left, in: 0..<left.byteCount) else {
                    isOldWhole = false
                    return false
                }
                guard let b = KeyValue(reading: right, in: 0..<right.byteCount) else {
                    isNewWhole = false
                    return false
                }
                let areValuesSame =
                    a.value.count == b.value.count
                    && left.extracting(a.value).compare(right.extracting(b.value)) == 0
                return areValuesSame && (self.depth == .values || a.metadata == b.metadata)
            }
        }
        if !isOldWhole { self.found.damagedOld = self.found.damagedOld ?? i }
        if !isNewWhole { self.found.damagedNew = self.found.damagedNew ?? j }
        return areSame
    }
}
