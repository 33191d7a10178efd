/// The changes over a source, in order of revision.
///
/// Kept in pieces, as ``OverlayIndex`` is, so that a copy costs nothing and appending to one of two copies
/// copies one piece.
struct ChangeLog: Sendable {
    /// Most changes in a piece.
    private let pieceLimit: Int
    private var pieces: [[Change]] = []
    /// What the changes take in memory, about, in bytes.
    private(set) var byteCount = 0
    /// The messages that are in memory, in bytes; those of changes that a compaction dropped may be among them.
    private(set) var inMemoryByteCount = 0

    init(pieceLimit: Int = 1024) {
        self.pieceLimit = pieceLimit
    }

    mutating func append(_ change: Change) {
        self.byteCount += change.byteCount
        if change.isInMemory { self.inMemoryByteCount += change.messageByteCount }
        if let last = self.pieces.last, last.count < self.pieceLimit {
            self.pieces[self.pieces.count - 1].append(change)
        } else {
            var piece: [Change] = []
            piece.reserveCapacity(self.pieceLimit)
            piece.append(change)
            self.pieces.append(piece)
        }
    }

    /// Calls `body` with each change of `revision` and later ones, in order, until it returns false.
    func forEach<Failure>(
        from revision: Int64 = 0,
        _ body: (Change) throws(Failure) -> Bool
    ) throws(Failure) {
        var low = 0
        var high = self.pieces.count
        while low < high {
            let middle = (low + high) / 2
            if (self.pieces[middle].last?.revision.main ?? 0) < revision {
                low = middle + 1
            } else {
                high = middle
            }
        }
        for piece in self.pieces[low...] {
            for change in piece where change.revision.main >= revision {
                guard try body(change) else { return }
            }
        }
    }

    /// The changes whose messages are in memory, in order; behind the first of them there are no others.
    var inMemory: [Change] {
        var changes: [Change] = []
        for piece in self.pieces.reversed() {
            changes += piece.reversed().prefix(while: \.isInMemory)
            if piece.first?.isInMemory == false { break }
        }
        return changes.reversed()
    }

    /// Puts each of `changes` in place of the last one that is in memory, the last first.
    mutating func replaceInMemory(with changes: [Change]) {
        var left = changes[...]
        var piece = self.pieces.count - 1
        while piece >= 0, !left.isEmpty {
            for place in self.pieces[piece].indices.reversed() {
                guard let change = left.popLast() else { break }
                self.pieces[piece][place] = change
            }
            piece -= 1
        }
        self.inMemoryByteCount = 0
    }

    /// Drops the changes at or before `revision` that `isKept` does not name.
    mutating func compact(upTo revision: Int64, _ isKept: (Change) -> Bool) {
        var kept: [[Change]] = []
        for piece in self.pieces {
            guard let first = piece.first, first.revision.main <= revision else {
                kept.append(piece)
                continue
            }
            let rest = piece.filter { $0.revision.main > revision || isKept($0) }
            if !rest.isEmpty { kept.append(rest) }
        }
        self.pieces = kept
        self.byteCount = kept.reduce(0) { $0 + $1.reduce(0) { $0 + $1.byteCount } }
    }
}
