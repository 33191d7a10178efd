/// The keys that were written over a source, in order, each with its changes.
///
/// A sorted array in pieces: inserting moves one piece. A copy shares everything with the original until
/// one of them is written, and then only the piece that is written is copied; so a reader takes a copy and
/// reads it for as long as it likes.
struct OverlayIndex: Sendable {
    /// A key that was written.
    struct Entry: Sendable {
        /// The newest change; it names the key.
        var newest: Change
        /// The changes before, in order.
        var older: [Change] = []
        /// How many of the source's live keys come before this one.
        let position: Int
        /// Whether the source's live key at ``position`` is this one.
        let isInSource: Bool

        /// 1 for a key that the source lacks, -1 for one that is deleted from it, by the newest change.
        var liveCountDelta: Int { (self.newest.isTombstone ? 0 : 1) - (self.isInSource ? 1 : 0) }

        /// Adds a change, in place: while a copy of the entry is held, all the older changes would be copied.
        fileprivate mutating func append(_ change: Change) {
            self.older.append(self.newest)
            self.newest = change
        }

        /// Whether the key comes before `end`; nil means no end.
        func isBefore(_ end: [UInt8]?) -> Bool {
            guard let end else { return true }
            return self.newest.compareKey(to: end.span.bytes) < 0
        }

        /// The newest change up to a revision, a tombstone too.
        func change(at revision: Int64) -> Change? {
            if self.newest.revision.main <= revision { return self.newest }
            return self.older.last { $0.revision.main <= revision }
        }
    }

    /// Some entries that follow each other.
    private struct Piece: Sendable {
        var entries: [Entry] = []
        /// How many more keys live than the source has of these, by the newest changes.
        var liveCountDelta = 0

        init(_ entries: [Entry] = []) {
            self.entries = entries
            self.liveCountDelta = entries.reduce(0) { $0 + $1.liveCountDelta }
        }

        /// Adds a change to an entry.
        mutating func append(_ change: Change, at offset: Int) {
            self.liveCountDelta -= self.entries[offset].liveCountDelta
            self.entries[offset].append(change)
            self.liveCountDelta += self.entries[offset].liveCountDelta
        }

        /// Puts other changes in place of those of an entry that are in memory.
        mutating func replaceInMemory(with moved: [ObjectIdentifier: Change], at offset: Int) {
            guard let newest = moved[ObjectIdentifier(self.entries[offset].newest)] else { return }
            self.entries[offset].newest = newest
            for place in self.entries[offset].older.indices.reversed() {
                guard let change = moved[ObjectIdentifier(self.entries[offset].older[place])] else { return }
                self.entries[offset].older[place] = change
            }
        }
    }

    /// Where an entry lies, or would.
    struct Place {
        var piece: Int
        var offset: Int
    }

    /// Most entries in a piece; at least 2.
    private let pieceLimit: Int
    /// Sorted; none is empty but the only one.
    private var pieces = [Piece()]
    private(set) var count = 0
    /// The revision of the newest change of all.
    private(set) var newestRevision: Int64 = 0

    init(pieceLimit: Int = 256) {
        self.pieceLimit = pieceLimit
    }

    /// The first entry whose key is not below `key`, and whether it is that key.
    func place(of key: RawSpan) -> (place: Place, found: Bool) {
        var low = 0
        var high = self.pieces.count
        while low < high {
            let middle = (low + high) / 2
            let isBelow = self.pieces[middle].entries.last.map { $0.newest.compareKey(to: key) < 0 } ?? true
            if isBelow { low = middle + 1 } else { high = middle }
        }
        guard low < self.pieces.count else {
            let last = self.pieces.count - 1
            return (Place(piece: last, offset: self.pieces[last].entries.count), false)
        }
        let piece = low
        low = 0
        high = self.pieces[piece].entries.count
        while low < high {
            let middle = (low + high) / 2
            if self.pieces[piece].entries[middle].newest.compareKey(to: key) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let found = self.pieces[piece].entries[low].newest.compareKey(to: key) == 0
        return (Place(piece: piece, offset: low), found)
    }

    subscript(place: Place) -> Entry { self.pieces[place.piece].entries[place.offset] }

    /// The entry of a key.
    func entry(of key: RawSpan) -> Entry? {
        let (place, found) = self.place(of: key)
        return found ? self[place] : nil
    }

    /// Adds a change to the entry that is there.
    mutating func append(_ change: Change, at place: Place) {
        self.pieces[place.piece].append(change, at: place.offset)
        self.newestRevision = change.revision.main
    }

    /// Adds an entry where its key belongs.
    mutating func insert(_ entry: Entry, at place: Place) {
        self.count += 1
        self.pieces[place.piece].entries.insert(entry, at: place.offset)
        self.pieces[place.piece].liveCountDelta += entry.liveCountDelta
        self.newestRevision = max(self.newestRevision, entry.newest.revision.main)
        guard self.pieces[place.piece].entries.count > self.pieceLimit else { return }
        let isAppending = place.piece == self.pieces.count - 1 && place.offset == self.pieceLimit
        // Keys that come in order fill each piece; others leave room on both sides.
        let cut = isAppending ? self.pieceLimit : self.pieceLimit / 2
        let entries = self.pieces[place.piece].entries
        self.pieces[place.piece] = Piece(Array(entries[..<cut]))
        self.pieces.insert(Piece(Array(entries[cut...])), at: place.piece + 1)
    }

    /// Puts other changes in place of those of one key that are in memory.
    ///
    /// - Parameters:
    ///   - moved: By the changes that are in memory.
    ///   - place: Of the key's entry.
    mutating func replaceInMemory(with moved: [ObjectIdentifier: Change], at place: Place) {
        self.pieces[place.piece].replaceInMemory(with: moved, at: place.offset)
    }

    /// How many more keys of `range` live at a revision than the source has there.
    func liveCountDelta(in range: KeyRange, at revision: Int64) -> Int {
        var liveCountDelta = 0
        if revision < self.newestRevision || range.end == .single {
            self.forEach(in: range) { entry in
                guard let change = entry.change(at: revision) else { return true }
                liveCountDelta += (change.isTombstone ? 0 : 1) - (entry.isInSource ? 1 : 0)
                return true
            }
            return liveCountDelta
        }
        let start = self.place(of: range.start.span.bytes).place
        let last = Place(
            piece: self.pieces.count - 1,
            offset: self.pieces[self.pieces.count - 1].entries.count
        )
        let end = if case .before(let end) = range.end { self.place(of: end.span.bytes).place } else { last }
        guard (start.piece, start.offset) < (end.piece, end.offset) else { return 0 }
        if start.piece == end.piece {
            let entries = self.pieces[start.piece].entries[start.offset..<end.offset]
            return entries.reduce(0) { $0 + $1.liveCountDelta }
        }
        // Whole pieces know theirs; only the first and the last are looked into.
        liveCountDelta = self.pieces[start.piece].entries[start.offset...].reduce(0) {
            $0 + $1.liveCountDelta
        }
        for piece in self.pieces[(start.piece + 1)..<end.piece] { liveCountDelta += piece.liveCountDelta }
        return self.pieces[end.piece].entries[..<end.offset].reduce(liveCountDelta) { $0 + $1.liveCountDelta }
    }

    /// Calls `body` with every entry within `range`, in order, until it returns false.
    func forEach<Failure>(
        in range: KeyRange,
        _ body: (Entry) throws(Failure) -> Bool
    ) throws(Failure) {
        let (start, found) = self.place(of: range.start.span.bytes)
        var end: [UInt8]?
        switch range.end {
        case .single:
            if found { _ = try body(self[start]) }
            return
        case .before(let key): end = key
        case .none: end = nil
        }
        var offset = start.offset
        for piece in start.piece..<self.pieces.count {
            let entries = self.pieces[piece].entries
            // Only the last piece of a range needs a look at every key.
            let cut = entries.last?.isBefore(end) == false ? end : nil
            while offset < entries.count {
                let entry = entries[offset]
                if let cut, !entry.isBefore(cut) { return }
                guard try body(entry) else { return }
                offset += 1
            }
            offset = 0
        }
    }

    /// Calls `body` with every entry, in order.
    func forEach<Failure>(_ body: (Entry) throws(Failure) -> Void) throws(Failure) {
        for piece in self.pieces { for entry in piece.entries { try body(entry) } }
    }

    /// Replaces each entry by what `body` makes of it, and drops those of which it makes nil.
    mutating func compactMap(_ body: (Entry) -> Entry?) {
        var kept: [Piece] = []
        self.count = 0
        for piece in self.pieces {
            let entries = piece.entries.compactMap(body)
            self.count += entries.count
            if !entries.isEmpty { kept.append(Piece(entries)) }
        }
        self.pieces = kept.isEmpty ? [Piece()] : kept
    }
}
