/// A zip file, which lies in memory, and the one entry of it that is the snapshot.
///
/// Its directory is at the end. The last record of the directory says where it begins; of a large file a record
/// before that one, since four bytes are too few for it:
///
///     entries      each: local header, name, extra fields, content, perhaps the sizes again
///     directory    ``ZipEntry``, one after the other
///     zip64 end    offset  size  field                            present in large files
///                       0     4  50 4B 06 06
///                      32     8  entries in the directory
///                      40     8  its size
///                      48     8  its offset in the file
///     locator           0     4  50 4B 06 07                      with the zip64 end
///                       8     8  offset of the zip64 end
///     end               0     4  50 4B 05 06
///                      10     2  entries in the directory         FF FF: see the zip64 end
///                      12     4  its size
///                      16     4  its offset in the file
///                      20     2  length of the comment behind it
///
/// All numbers are little-endian. Source: PKWARE APPNOTE, 4.3.
struct ZipArchive {
    private let bytes: UnsafeRawBufferPointer
    /// The entry that is the snapshot, or that may be it.
    let snapshot: ZipEntry

    private static let endByteCount = 22
    private static let locatorByteCount = 20
    private static let zip64EndByteCount = 56
    /// Nobody puts a snapshot beside more files.
    private static let entryLimit = 4096
    private static let longestComment = 0xFFFF

    /// Reads the directory and chooses the entry.
    ///
    /// - Throws: `.damaged`, `.contradiction`, `.unsafeName`, `.encryptedEntry`, `.unsupported`, `.noSnapshot`,
    ///   `.severalSnapshots`.
    init(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        self.bytes = bytes
        let directory = try Self.directory(of: bytes)
        guard directory.entryCount <= Self.entryLimit else {
            throw .unsupported(.zip, "\(directory.entryCount) entries")
        }
        var offset = directory.range.lowerBound
        var files: [ZipEntry] = []
        for _ in 0..<directory.entryCount {
            let entry = try ZipEntry(bytes, at: &offset, upTo: directory.range.upperBound)
            if entry.byteCount == 0 || entry.name.hasSuffix("/") { continue }
            if leadsOut(entry.name) { throw .unsafeName(entry.name) }
            files.append(entry)
        }
        try Self.requireApart(files, in: bytes)
        var choice = Choice()
        for file in files { choice.consider(file, try EntryRank(file, in: bytes)) }
        self.snapshot = try choice.made()
    }

    /// Refuses entries that share bytes: these would be unpacked once for each of them.
    private static func requireApart(
        _ files: [ZipEntry],
        in bytes: UnsafeRawBufferPointer
    ) throws(ArchiveError) {
        var places: [Range<Int>] = []
        for file in files where file.obstacle == nil { places.append(try file.place(in: bytes)) }
        places.sort { $0.lowerBound < $1.lowerBound }
        for (place, next) in zip(places, places.dropFirst()) where next.lowerBound < place.upperBound {
            throw .contradiction(.zip, "two of its entries overlap")
        }
    }

    /// Unpacks the snapshot, and compares its length and checksum.
    func unpackSnapshot(
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let entry = self.snapshot
        var (checksum, byteCount) = (CRC32(), 0)
        let end = try entry.unpack(self.bytes) { (part) throws(ArchiveError) in
            byteCount += part.count
            guard byteCount <= entry.byteCount else {
                throw .contradiction(.zip, "\(quoted(entry.name)) is longer than it says")
            }
            checksum.update(part)
            try receive(part)
            return true
        }
        guard end == .done(consumed: entry.packedByteCount), byteCount == entry.byteCount,
            checksum.value == entry.checksum
        else { throw .damaged(.zip, "\(quoted(entry.name)) in it is not what its checksum says") }
    }

    /// Where the directory lies, and how many entries it has.
    private static func directory(
        of bytes: UnsafeRawBufferPointer
    ) throws(ArchiveError) -> (range: Range<Int>, entryCount: Int) {
        guard let end = self.end(of: bytes) else {
            throw .damaged(.zip, "it is cut short: its directory, at the end, is missing")
        }
        var count = Int(bytes.littleEndian(UInt16.self, at: end + 10))
        var byteCount = UInt64(bytes.littleEndian(UInt32.self, at: end + 12))
        var offset = UInt64(bytes.littleEndian(UInt32.self, at: end + 16))
        var limit = end
        let locator = end - self.locatorByteCount
        if locator >= 0, bytes.littleEndian(UInt32.self, at: locator) == 0x0706_4B50 {
            let place = Int(exactly: bytes.littleEndian(UInt64.self, at: locator + 8)) ?? .max
            guard place <= locator - self.zip64EndByteCount,
                bytes.littleEndian(UInt32.self, at: place) == 0x0606_4B50
            else { throw .contradiction(.zip, "its directory is not where it says") }
            count = Int(clamping: bytes.littleEndian(UInt64.self, at: place + 32))
            byteCount = bytes.littleEndian(UInt64.self, at: place + 40)
            offset = bytes.littleEndian(UInt64.self, at: place + 48)
            limit = place
        }
        let (directoryEnd, overflows) = offset.addingReportingOverflow(byteCount)
        guard !overflows, directoryEnd <= UInt64(limit) else {
            throw .contradiction(.zip, "its directory is not where it says")
        }
        return (Int(offset)..<Int(directoryEnd), count)
    }

    /// The offset of the last record; nil when there is none.
    private static func end(of bytes: UnsafeRawBufferPointer) -> Int? {
        let last = bytes.count - self.endByteCount
        guard last >= 0 else { return nil }
        for offset in (max(0, last - self.longestComment)...last).reversed()
        where bytes.littleEndian(UInt32.self, at: offset) == 0x0605_4B50 {
            if offset + Int(bytes.littleEndian(UInt16.self, at: offset + 20)) <= last { return offset }
        }
        return nil
    }
}

/// The best entry so far, and its equals.
private struct Choice {
    private var best: (entry: ZipEntry, rank: EntryRank)?
    private var names: [String] = []
    /// Of the first entry that cannot be unpacked.
    private var obstacle: ArchiveError?

    mutating func consider(_ entry: ZipEntry, _ rank: EntryRank) {
        self.obstacle = self.obstacle ?? entry.obstacle
        if let best, rank < best.rank { return }
        if let best, rank == best.rank { return self.names.append(entry.name) }
        self.best = (entry, rank)
        self.names = [entry.name]
    }

    func made() throws(ArchiveError) -> ZipEntry {
        guard let best else { throw .noSnapshot([]) }
        guard self.names.count == 1 else {
            throw best.rank == .other
                ? self.obstacle ?? .noSnapshot(self.names) : .severalSnapshots(self.names)
        }
        return best.entry
    }
}

extension EntryRank {
    /// Looks at the first bytes of an entry; one that cannot be unpacked is something else.
    fileprivate init(_ entry: ZipEntry, in bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard entry.obstacle == nil else {
            self = .other
            return
        }
        var head: [UInt8] = []
        // Packed bytes without end may unpack to none.
        _ = try entry.unpack(bytes, first: 1 << 20) { (part) in
            head += part.prefix(Self.headByteCount - head.count)
            return head.count < Self.headByteCount
        }
        self = head.withUnsafeBytes { EntryRank($0) }
    }
}

/// One entry of a zip's directory.
///
///     offset  size  field
///          0     4  50 4B 01 02
///          8     2  flags: bit 0 encrypted
///         10     2  method: 0 stored, 8 deflated
///         16     4  CRC-32 of the content
///         20     4  packed size                          FF FF FF FF: in the extra field
///         24     4  size                                 the same
///         28     2  length of the name
///         30     2  length of the extra fields
///         32     2  length of the comment
///         42     4  offset of the local header           the same
///         46     …  name, extra fields, comment
///
/// An extra field is 2 bytes of kind, 2 of length, and content; kind 1 has, in this order and 8 bytes each, the size,
/// the packed size and the offset, those of them that do not fit above. The local header:
///
///     offset  size  field
///          0     4  50 4B 03 04
///          8     2  method
///         26     2  length of the name
///         28     2  length of its extra fields
///         30     …  name, extra fields, content
///
/// Source: PKWARE APPNOTE, 4.3.7, 4.3.12, 4.5.3.
struct ZipEntry {
    var name: String
    /// The name's bytes.
    private var nameRange: Range<Int>
    private var isEncrypted: Bool
    private var method: UInt16
    var checksum: UInt32
    var packedByteCount: Int
    var byteCount: Int
    private var headerOffset: Int

    private static let headByteCount = 46
    private static let localHeadByteCount = 30

    /// Reads the entry at `offset`, which moves behind it.
    init(_ bytes: UnsafeRawBufferPointer, at offset: inout Int, upTo limit: Int) throws(ArchiveError) {
        guard limit - offset >= Self.headByteCount,
            bytes.littleEndian(UInt32.self, at: offset) == 0x0201_4B50
        else { throw .contradiction(.zip, "its directory has fewer entries than it says") }
        let nameByteCount = Int(bytes.littleEndian(UInt16.self, at: offset + 28))
        let extraByteCount = Int(bytes.littleEndian(UInt16.self, at: offset + 30))
        let commentByteCount = Int(bytes.littleEndian(UInt16.self, at: offset + 32))
        let nameStart = offset + Self.headByteCount
        let extraStart = nameStart + nameByteCount
        let end = extraStart + extraByteCount + commentByteCount
        guard end <= limit else { throw .contradiction(.zip, "an entry is longer than its directory") }
        self.nameRange = nameStart..<extraStart
        self.name = String(decoding: bytes[self.nameRange], as: UTF8.self)
        self.isEncrypted = bytes.littleEndian(UInt16.self, at: offset + 8) & 1 != 0
        self.method = bytes.littleEndian(UInt16.self, at: offset + 10)
        self.checksum = bytes.littleEndian(UInt32.self, at: offset + 16)
        var large = LargeNumbers(bytes, extraStart..<extraStart + extraByteCount)
        let size = large.number(bytes.littleEndian(UInt32.self, at: offset + 24))
        let packedSize = large.number(bytes.littleEndian(UInt32.self, at: offset + 20))
        let place = large.number(bytes.littleEndian(UInt32.self, at: offset + 42))
        guard let size, let packedSize, let place else {
            throw .contradiction(.zip, "\(quoted(self.name)) has no size")
        }
        self.byteCount = size
        self.packedByteCount = packedSize
        self.headerOffset = place
        offset = end
    }

    /// Why it cannot be unpacked here; nil when it can.
    var obstacle: ArchiveError? {
        if self.isEncrypted { return .encryptedEntry(self.name) }
        if [0, 8].contains(self.method) { return nil }
        return .unsupported(.zip, "\(quoted(self.name)) packed by method \(self.method)")
    }

    /// Unpacks the content, or what its first packed bytes give, until `receive` answers false.
    func unpack(
        _ bytes: UnsafeRawBufferPointer,
        first packedByteCount: Int = .max,
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Bool
    ) throws(ArchiveError) -> Inflation.End {
        if let obstacle { throw obstacle }
        let packed = bytes[try self.place(in: bytes)].suffix(self.packedByteCount).prefix(packedByteCount)
        let content = UnsafeRawBufferPointer(rebasing: packed)
        if self.method == 8 { return try Inflation.run(content, .none, receive) }
        guard self.packedByteCount == self.byteCount else {
            throw .contradiction(.zip, "\(quoted(self.name)) is stored and has two sizes")
        }
        return try receive(content) ? .done(consumed: content.count) : .stopped
    }

    /// Where the local header, which must say the same, and the packed bytes behind it lie.
    func place(in bytes: UnsafeRawBufferPointer) throws(ArchiveError) -> Range<Int> {
        let start = self.headerOffset
        guard start <= bytes.count - Self.localHeadByteCount,
            bytes.littleEndian(UInt32.self, at: start) == 0x0403_4B50
        else { throw .contradiction(.zip, "\(quoted(self.name)) is not where its directory says") }
        let nameByteCount = Int(bytes.littleEndian(UInt16.self, at: start + 26))
        let extraByteCount = Int(bytes.littleEndian(UInt16.self, at: start + 28))
        let nameStart = start + Self.localHeadByteCount
        let contentStart = nameStart + nameByteCount + extraByteCount
        guard contentStart <= bytes.count, self.packedByteCount <= bytes.count - contentStart else {
            throw .contradiction(.zip, "\(quoted(self.name)) is longer than the file")
        }
        guard bytes.littleEndian(UInt16.self, at: start + 8) == self.method,
            bytes[nameStart..<nameStart + nameByteCount].elementsEqual(bytes[self.nameRange])
        else {
            throw .contradiction(
                .zip,
                "\(quoted(self.name)) has another name or method in its header"
            )
        }
        return start..<contentStart + self.packedByteCount
    }
}

/// Reads the numbers of an entry that need eight bytes, in the order in which they stand.
private struct LargeNumbers {
    private let bytes: UnsafeRawBufferPointer
    private var rest: Range<Int>

    init(_ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>) {
        self.bytes = bytes
        self.rest = extra.lowerBound..<extra.lowerBound
        var offset = extra.lowerBound
        while extra.upperBound - offset >= 4 {
            let end = offset + 4 + Int(bytes.littleEndian(UInt16.self, at: offset + 2))
            guard end <= extra.upperBound else { return }
            if bytes.littleEndian(UInt16.self, at: offset) == 1 {
                self.rest = offset + 4..<end
                return
            }
            offset = end
        }
    }

    /// The number itself, or where it is the largest of four bytes, the next one that stands here; nil for none.
    mutating func number(_ short: UInt32) -> Int? {
        guard short == .max else { return Int(short) }
        guard self.rest.count >= 8 else { return nil }
        let value = self.bytes.littleEndian(UInt64.self, at: self.rest.lowerBound)
        self.rest = self.rest.lowerBound + 8..<self.rest.upperBound
        return Int(exactly: value)
    }
}

extension UnsafeRawBufferPointer {
    /// A number at an offset that lies within the bytes.
    fileprivate func littleEndian<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
        Number(littleEndian: self.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
