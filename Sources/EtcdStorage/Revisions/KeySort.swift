import Bolt

/// Puts live keys in order of their bytes, directory by directory.
///
/// Keys of a large store have long beginnings in common and lie scattered over its file; but most are paths, and
/// their directories are few. So the keys are gathered by directory, the directories are sorted by path, and then the
/// keys of each by what follows the path, half of the keys on each of two processors. The order does not depend on
/// the order in which the keys come.
struct KeySort {
    /// For each place in the order, the index of the key that belongs there.
    private(set) var order: [UInt32]
    /// The directories, in order of their first keys.
    let directories: [KeyDirectory]

    /// Finds the order of `entries`, whose keys all differ.
    init(_ entries: [KeyIndex.Entry], in records: KeyRecords) {
        let groups = records.withRecordBytes {
            KeyGroups(of: DirectoryTable.whole(of: entries, in: records), in: $0)
        }
        let halves = concurrently(count: 2) { half in
            let own = half == 0 ? groups.firstHalf : groups.secondHalf
            return records.withRecordBytes { groups.sorted(own, of: entries, in: $0) }
        }
        let order = halves[0] + halves[1]
        let runs = records.withRecordBytes { groups.linedUp(order, of: entries, in: $0) }
        self.directories = runs.directories
        self.order = runs.isInOrder ? order : runs.ranges.flatMap { order[$0] }
    }
}

extension Array {
    /// Puts the elements in an order, without a second array of them.
    ///
    /// - Parameter order: For each place the index of the element that belongs there; each once.
    mutating func arrange(by order: consuming [UInt32]) {
        for start in order.indices where order[start] != start {
            let first = self[start]
            var place = start
            while true {
                let source = Int(order[place])
                order[place] = UInt32(truncatingIfNeeded: place)
                if source == start { break }
                self[place] = self[source]
                place = source
            }
            self[place] = first
        }
    }
}

/// Live keys by directory, the directories in order of their paths.
private struct KeyGroups {
    /// The keys of one directory.
    struct Group {
        let directory: DirectoryTable.Directory
        /// Indices into ``KeyGroups/members``.
        var keys: Range<Int>
    }

    private var groups: [Group] = []
    /// Indices of the keys, one group after the other.
    private var members: [UInt32]
    /// Indices of the groups that hold about the first half of the keys, and of the others.
    private(set) var firstHalf = 0..<0
    var secondHalf: Range<Int> { self.firstHalf.upperBound..<self.groups.count }

    init(of table: DirectoryTable, in bytes: RecordBytes) {
        self.members = [UInt32](repeating: 0, count: table.directoryOfKey.count)
        var sort = ByteSort()
        sort.sort(count: table.directories.count, from: 0) { index, depth in
            bytes.withPath(of: table.directories[index]) { $0.piece(at: depth) }
        }
        var next = [Int](repeating: 0, count: table.directories.count)
        var start = 0
        self.groups.reserveCapacity(next.count)
        for place in next.indices {
            let index = sort[place]
            let directory = table.directories[index]
            next[index] = start
            self.groups.append(Group(directory: directory, keys: start..<start + directory.keyCount))
            start += directory.keyCount
            if start <= self.members.count / 2 { self.firstHalf = 0..<place + 1 }
        }
        for (index, directory) in table.directoryOfKey.enumerated() {
            self.members[next[Int(directory)]] = UInt32(truncatingIfNeeded: index)
            next[Int(directory)] += 1
        }
    }

    /// The indices of the keys of some groups, each group's in order.
    func sorted(
        _ range: Range<Int>,
        of entries: [KeyIndex.Entry],
        in bytes: RecordBytes
    ) -> [UInt32] {
        var sorted: [UInt32] = []
        sorted.reserveCapacity(self.groups[range].reduce(0) { $0 + $1.keys.count })
        var own: [KeyIndex.Entry] = []
        var sort = ByteSort()
        for group in self.groups[range] {
            own.removeAll(keepingCapacity: true)
            for place in group.keys {
                if place + 32 < self.members.count {
                    bytes.prefetchKey(of: entries[Int(self.members[place + 32])])
                }
                own.append(entries[Int(self.members[place])])
            }
            sort.sort(count: own.count, from: group.directory.pathByteCount) { index, depth in
                bytes.withKey(of: own[index]) { $0.piece(at: depth) }
            }
            for place in own.indices { sorted.append(self.members[group.keys.lowerBound + sort[place]]) }
        }
        return sorted
    }

    /// Which keys follow each other: ranges of an order that holds each group's keys in order.
    struct Runs {
        var directories: [KeyDirectory] = []
        var ranges: [Range<Int>] = []
        private(set) var isInOrder = true

        fileprivate mutating func append(_ keys: Range<Int>, of group: Group) {
            guard !keys.isEmpty else { return }
            let start = self.directories.last?.positions.upperBound ?? 0
            self.isInOrder = self.isInOrder && start == keys.lowerBound
            self.ranges.append(keys)
            self.directories.append(
                KeyDirectory(
                    positions: start..<start + keys.count,
                    pathByteCount: group.directory.pathByteCount
                )
            )
        }
    }

    /// Lines the groups up, the keys of a directory around those of the directories below it.
    ///
    /// `/a/b` comes before `/a/c/d`, and `/a/e` behind it, though both lie in directory `/a/`.
    func linedUp(_ order: [UInt32], of entries: [KeyIndex.Entry], in bytes: RecordBytes) -> Runs {
        var runs = Runs()
        runs.ranges.reserveCapacity(self.groups.count)
        runs.directories.reserveCapacity(self.groups.count)
        // The directories above the next one, each with those of its keys that are not lined up yet.
        var above: [Group] = []
        for group in self.groups {
            bytes.withPath(of: group.directory) { path in
                while let last = above.last,
                    !bytes.withPath(of: last.directory, { path.starts(with: $0) })
                {
                    runs.append(last.keys, of: last)
                    above.removeLast()
                }
                guard let last = above.last else { return }
                let end = lowerBound(last.keys) {
                    bytes.withKey(of: entries[Int(order[$0])]) { $0.compare(path) < 0 }
                }
                runs.append(last.keys.lowerBound..<end, of: last)
                above[above.count - 1].keys = end..<last.keys.upperBound
            }
            above.append(group)
        }
        while let last = above.popLast() { runs.append(last.keys, of: last) }
        return runs
    }
}

/// The first of `range` that is not before what is looked for; those before all come first.
func lowerBound(_ range: Range<Int>, isBefore: (Int) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
        let middle = low + (high - low) / 2
        if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low
}

/// Sorts texts eight bytes at a time.
///
/// Each round reads the next eight bytes of every text once, as a number, and sorts the numbers; texts that are
/// equal so far go on to a round of their own.
private struct ByteSort {
    /// Eight bytes of a text, and which text.
    private struct Piece {
        var bytes: UInt64
        var count: UInt8
        var index: UInt32

        static func < (left: Piece, right: Piece) -> Bool {
            left.bytes != right.bytes ? left.bytes < right.bytes : left.count < right.count
        }

        static func == (left: Piece, right: Piece) -> Bool {
            left.bytes == right.bytes && left.count == right.count
        }
    }

    private var pieces: [Piece] = []
    /// Texts that are equal up to a depth, in bytes.
    private var rounds: [(range: Range<Int>, depth: Int)] = []

    /// The index of the text at a place in the order.
    subscript(place: Int) -> Int { Int(self.pieces[place].index) }

    /// Sorts texts that all differ.
    ///
    /// - Parameters:
    ///   - count: How many there are.
    ///   - depth: How many bytes at their beginning are known to be equal.
    ///   - piece: The bytes of a text from a depth on.
    mutating func sort(
        count: Int,
        from depth: Int,
        _ piece: (_ index: Int, _ depth: Int) -> (bytes: UInt64, count: UInt8)
    ) {
        self.pieces.removeAll(keepingCapacity: true)
        for index in 0..<count {
            self.pieces.append(Piece(bytes: 0, count: 0, index: UInt32(truncatingIfNeeded: index)))
        }
        if count > 1 { self.rounds.append((0..<count, depth)) }
        while let (range, depth) = self.rounds.popLast() {
            for place in range {
                let next = piece(Int(self.pieces[place].index), depth)
                self.pieces[place].bytes = next.bytes
                self.pieces[place].count = next.count
            }
            self.pieces.withUnsafeMutableBufferPointer { pieces in
                var run = UnsafeMutableBufferPointer(rebasing: pieces[range])
                run.sort(by: <)
            }
            self.addRounds(range, behind: depth)
        }
    }

    /// Goes on with those texts of `range` that are equal and not at their end.
    private mutating func addRounds(_ range: Range<Int>, behind depth: Int) {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start + 1
            while end < range.upperBound, self.pieces[end] == self.pieces[start] { end += 1 }
            if end - start > 1, self.pieces[start].count == 8 { self.rounds.append((start..<end, depth + 8)) }
            start = end
        }
    }
}

extension RawSpan {
    /// Eight bytes from `offset` on, big-endian and filled up with zeros, and how many there were.
    fileprivate func piece(at offset: Int) -> (bytes: UInt64, count: UInt8) {
        let count = min(8, self.byteCount - offset)
        guard count > 0 else { return (0, 0) }
        if count == 8 {
            return (UInt64(bigEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)), 8)
        }
        var value: UInt64 = 0
        for index in 0..<count {
            let byte = self.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)
            value |= UInt64(byte) << UInt64(56 - 8 * index)
        }
        return (value, UInt8(count))
    }

    fileprivate func starts(with other: RawSpan) -> Bool {
        self.byteCount >= other.byteCount && self.extracting(0..<other.byteCount).compare(other) == 0
    }
}
