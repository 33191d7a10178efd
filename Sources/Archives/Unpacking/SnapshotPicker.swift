import Files

/// Keeps the one entry of an archive that is the snapshot, as the entries come one after the other.
///
/// A database goes before a packed file, and that before anything else; of equals there may be one. So a snapshot is
/// found beside the files that a backup program puts with it.
final class SnapshotPicker: EntryReceiver {
    private struct Entry {
        var name: String
        /// Bytes that are to come, as far as that is known.
        var hint: Int
        var head: [UInt8] = []
        var isJudged = false
        var isKept = false
    }

    /// The entry that is kept.
    private struct Kept {
        var rank: EntryRank
        var file: ScratchFile
        /// Bytes that are a database's own; the rest is counted.
        var uncounted: Int
    }

    private let places: ScratchPlaces
    private let limits: UnpackingLimits
    private var entry: Entry?
    private var kept: Kept?
    /// Of the entries of the highest rank so far.
    private var names: [String] = []

    /// More names are not remembered.
    private static let longestList = 20
    /// How much longer than it says a database may be, in bytes: bbolt makes its file longer in such steps.
    private static let growthStep = 64 << 20

    init(_ places: ScratchPlaces, _ limits: UnpackingLimits) {
        self.places = places
        self.limits = limits
    }

    /// Begins the next entry.
    func begin(_ name: String, hint: Int) throws(ArchiveError) {
        if leadsOut(name) { throw .unsafeName(name) }
        self.entry = Entry(name: name, hint: hint)
    }

    /// Takes the bytes of the entry that come next.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard var entry = self.entry else { return }
        guard !entry.isJudged else { return try self.deliver(bytes, of: entry) }
        let count = min(bytes.count, EntryRank.headByteCount - entry.head.count)
        // The only reference, so that its bytes are not copied.
        self.entry = nil
        entry.head += bytes[..<count]
        if entry.head.count == EntryRank.headByteCount { try self.judge(&entry) }
        self.entry = entry
        if count < bytes.count {
            try self.deliver(UnsafeRawBufferPointer(rebasing: bytes[count...]), of: entry)
        }
    }

    /// Ends the entry.
    func end() throws(ArchiveError) {
        guard var entry = self.entry else { return }
        self.entry = nil
        if !entry.isJudged { try self.judge(&entry) }
    }

    /// The one entry that is the snapshot, or that may be it.
    ///
    /// - Throws: `.noSnapshot` or `.severalSnapshots`.
    func finish() throws(ArchiveError) -> UnpackedFile {
        guard let kept = self.kept, let name = self.names.first else { throw .noSnapshot([]) }
        guard self.names.count == 1 else {
            throw kept.rank == .other ? .noSnapshot(self.names) : .severalSnapshots(self.names)
        }
        return UnpackedFile(file: try kept.file.mapped(), name: name)
    }

    /// Decides by its head whether an entry is kept.
    private func judge(_ entry: inout Entry) throws(ArchiveError) {
        let (rank, declared) = entry.head.withUnsafeBytes { head in
            let rank = EntryRank(head)
            return (rank, rank == .database ? declaredByteCount(of: head.bytes) : nil)
        }
        entry.isJudged = true
        let head = entry.head
        entry.head = []
        if let best = self.kept?.rank, rank <= best {
            if rank == best, self.names.count < Self.longestList { self.names.append(entry.name) }
            return try self.limits.count(head.count)
        }
        self.names = [entry.name]
        self.kept = nil
        entry.isKept = true
        // A length that an archive only claims may be any number; no more than what is left comes out.
        let needed = declared ?? min(entry.hint, self.limits.left)
        self.kept = Kept(
            rank: rank,
            file: try ScratchFile(in: self.places, for: max(needed, head.count)),
            uncounted: declared.map { $0.addingReportingOverflow(Self.growthStep).partialValue } ?? 0
        )
        try head.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
            try self.deliver(bytes, of: entry)
        }
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer, of entry: Entry) throws(ArchiveError) {
        guard entry.isKept, var kept = self.kept else { return try self.limits.count(bytes.count) }
        let beyond = kept.file.byteCount + bytes.count - max(kept.file.byteCount, kept.uncounted)
        try self.limits.count(max(0, beyond))
        try kept.file.append(bytes)
        self.kept = kept
    }
}

/// Whether a program that unpacks an entry of this name would write outside of its directory.
func leadsOut(_ name: String) -> Bool {
    name.hasPrefix("/") || name.split(separator: "/").contains("..")
}
