import Bolt

/// Gathers the records of bucket `key` that are left in a damaged file.
///
/// **Named pages.** A leaf that the newest tree names is believed: its records are those of the bucket, and between its
/// first key and the next leaf's there are no others.
///
/// **Other pages.** A leaf that no sound branch names may have lost its branch, or it may be free and hold what the
/// bucket held some time ago. Revisions are only ever added at the end, and only a compaction takes some away. So
/// where another sound leaf spans a revision and does not hold it, the revision was compacted, and the record is left
/// out. What remains is true of its revision; whether its key was deleted since is for ``SalvagedHistory`` to judge.
struct RecordSearch {
    struct Leaf: Sendable {
        /// Whether the newest tree names it.
        var isNamed: Bool
        /// Whether all its elements are sound, so that it tells what it does not hold.
        var isWhole = true
        /// Main revision of its last record: of two copies of a leaf the newer one has a later one.
        var lastRevision: Int64 = 0
        /// Whether one of its records was kept.
        var isUsed = false
    }

    private(set) var leaves: [Leaf] = []
    /// Elements of readable pages that are no sound record.
    private(set) var unreadableCount = 0

    private var records: [SalvagedRecord] = []
    /// Where the leaves begin and end that are whole, each in ascending order once sorted.
    private var starts: [RevisionPlace] = []
    private var ends: [RevisionPlace] = []
    /// The revisions of elements on named pages that cannot be read, in ascending order once sorted: a copy may.
    private var claimed: [RevisionPlace] = []
    /// Where elements cannot be read: at their revisions, or behind the record before them where that is damaged too.
    private(set) var unreadable: [RevisionPlace] = []
    /// The main revisions of records that are kept though another copy says something else.
    private(set) var contradicted = SalvageReport.Revisions()

    /// Adds a leaf of the newest tree.
    mutating func add(named leaf: RemainingTree.Leaf, in bytes: RawSpan) {
        let index = self.leaves.count
        self.leaves.append(Leaf(isNamed: true))
        var previous = RevisionPlace.first
        var pairs = leaf.page.pairs
        while let pair = try? pairs.next(in: bytes) {
            if let record = SalvagedRecord(reading: pair, leaf: index, in: bytes) {
                self.append(record)
                previous = RevisionPlace(of: record)
            } else {
                self.unreadableCount += 1
                if let place = RevisionPlace(reading: bytes, in: pair.key) {
                    self.claimed.append(place)
                    self.unreadable.append(place)
                } else if pair.hasKeyOfRevisionLength {
                    previous.isBehind = true
                    self.unreadable.append(previous)
                }
            }
        }
        // A bound that is no revision bounds nothing.
        let start = leaf.keys.first.map { RevisionPlace(reading: bytes, in: $0) } ?? .first
        let end = leaf.keys.end.map { RevisionPlace(reading: bytes, in: $0) } ?? .last
        if let start, let end, start < end {
            self.starts.append(start)
            self.ends.append(end)
        } else {
            self.leaves[index].isWhole = false
        }
    }

    /// Adds a page that no branch names, when it holds records of the bucket, and as many of them as it does.
    ///
    /// - Returns: Whether each of its elements is one.
    mutating func add(unnamed leaf: LeafPage, in bytes: RawSpan) -> Bool {
        let index = self.leaves.count
        let start = self.records.count
        var isWhole = true
        var unreadable: [RevisionPlace] = []
        var pairs = leaf.pairs
        self.leaves.append(Leaf(isNamed: false))
        // Elements without a revision's length are no longer read: so pages that overlap take no longer than others.
        while let pair = try? pairs.next(in: bytes), pair.hasKeyOfRevisionLength {
            if let record = SalvagedRecord(reading: pair, leaf: index, in: bytes) {
                self.append(record)
            } else {
                isWhole = false
                if let place = RevisionPlace(reading: bytes, in: pair.key) { unreadable.append(place) }
            }
        }
        let own = self.records[start...]
        guard let first = own.first, let last = own.last else {
            self.leaves.removeLast()
            return false
        }
        self.unreadable += unreadable
        isWhole = isWhole && own.count == leaf.count && leaf.isSound(in: bytes)
        self.leaves[index].isWhole = isWhole
        if isWhole {
            self.starts.append(RevisionPlace(of: first))
            self.ends.append(RevisionPlace(main: last.main, sub: last.sub, isBehind: true))
        }
        return isWhole
    }

    private mutating func append(_ record: SalvagedRecord) {
        self.records.append(record)
        let last = self.leaves[Int(record.leaf)].lastRevision
        self.leaves[Int(record.leaf)].lastRevision = max(last, record.main)
    }

    /// One record a revision, in their order: those that nothing contradicts.
    mutating func finish(in bytes: RawSpan) -> [SalvagedRecord] {
        let leaves = self.leaves
        self.records.sort { left, right in
            let (leftPlace, rightPlace) = (RevisionPlace(of: left), RevisionPlace(of: right))
            if leftPlace != rightPlace { return leftPlace < rightPlace }
            return leaves[Int(left.leaf)].isNewer(than: leaves[Int(right.leaf)])
        }
        self.starts.sort()
        self.ends.sort()
        self.claimed.sort()
        var kept: [SalvagedRecord] = []
        var (begun, ended, claims) = (0, 0, 0)
        var start = 0
        while start < self.records.count {
            let best = self.records[start]
            let place = RevisionPlace(of: best)
            var end = start
            var wholeCount = 0
            while end < self.records.count, RevisionPlace(of: self.records[end]) == place {
                if leaves[Int(self.records[end].leaf)].isWhole { wholeCount += 1 }
                end += 1
            }
            while claims < self.claimed.count, self.claimed[claims] <= place {
                if self.claimed[claims] == place { wholeCount += 1 }
                claims += 1
            }
            while begun < self.starts.count, self.starts[begun] <= place { begun += 1 }
            while ended < self.ends.count, self.ends[ended] <= place { ended += 1 }
            if leaves[Int(best.leaf)].isNamed || begun - ended <= wholeCount {
                kept.append(best)
                self.leaves[Int(best.leaf)].isUsed = true
                if self.records[start..<end].contains(where: { !$0.isCopy(of: best, in: bytes) }) {
                    self.contradicted.add(best.main...best.main)
                }
            }
            start = end
        }
        self.records = []
        self.contradicted.merge()
        return kept
    }
}

extension Pair {
    /// Whether the key may be a revision.
    fileprivate var hasKeyOfRevisionLength: Bool {
        (RevisionKey.byteCount...RevisionKey.tombstoneByteCount).contains(self.keyCount)
    }
}

extension RecordSearch.Leaf {
    /// Which of two copies of one revision is taken.
    fileprivate func isNewer(than other: Self) -> Bool {
        if self.isNamed != other.isNamed { return self.isNamed }
        if self.isWhole != other.isWhole { return self.isWhole }
        return self.lastRevision > other.lastRevision
    }
}
