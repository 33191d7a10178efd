import Files

@testable import Archives

/// The target of what is packed.
extension FuzzRun {
    /// An entry of a tar that is accepted is as long as its header says, and is the same however the bytes come.
    ///
    /// The checksums of a tar's headers are put right. What no format begins with is read as LZW.
    func archives(_ bytes: RawSpan) throws(BrokenPromise) {
        var packed = bytes.withUnsafeBytes { Array($0) }
        putChecksumsRight(in: &packed)
        let entries = EntryLengths()
        guard try isRead(packed, inPartsOf: packed.count, into: entries) else { return }
        let entriesOfParts = EntryLengths()
        guard try isRead(packed, inPartsOf: 100, into: entriesOfParts),
            entries.lengths == entriesOfParts.lengths
        else { throw BrokenPromise("an archive reads otherwise when it comes in parts") }
        guard !entries.lengths.isEmpty else { return }
        let unpacker = Unpacker(places: ScratchPlaces([memoryDirectory]), programDirectories: [])
        do { _ = try unpacker.unpack(memoryFile(packed)) } catch { _ = "\(error)" }
    }
}

/// Notes how long the entries are, and whether they are as long as was said.
private final class EntryLengths: EntryReceiver {
    private(set) var lengths: [Int] = []
    private(set) var broken: String?
    /// What was said of the entry that comes, and what has come, in bytes.
    private var entry: (said: Int, come: Int)?

    /// What is said of content that is not in a tar.
    static let unknown = -1

    func begin(_ name: String, hint: Int) {
        if self.entry != nil { self.broken = "an entry begins within another one" }
        self.entry = (hint, 0)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        if self.entry == nil { self.broken = "bytes come for no entry" }
        self.entry?.come += bytes.count
    }

    func end() {
        guard let entry = self.entry.take() else { return self.broken = "no entry ends" }
        if entry.said != Self.unknown, entry.said != entry.come {
            self.broken = "an entry of \(entry.said) bytes ends after \(entry.come)"
        }
        self.lengths.append(entry.come)
    }
}

/// Whether an archive is accepted; each part of its content is given in parts.
private func isRead(
    _ packed: [UInt8],
    inPartsOf count: Int,
    into entries: EntryLengths
) throws(BrokenPromise) -> Bool {
    let isAccepted: Bool
    do throws(ArchiveError) {
        try packed.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
            try read(bytes, inPartsOf: count, into: entries)
        }
        isAccepted = true
    } catch {
        _ = error.description
        isAccepted = false
    }
    if let broken = entries.broken { throw BrokenPromise(broken) }
    return isAccepted
}

/// Reads one layer as ``Unpacker`` does, but for what other programs unpack.
private func read(
    _ bytes: UnsafeRawBufferPointer,
    inPartsOf count: Int,
    into entries: EntryLengths
) throws(ArchiveError) {
    let limits = UnpackingLimits(packedByteCount: bytes.count)
    var content = ContentStream(entries, limits, name: "", hint: EntryLengths.unknown)
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        for start in stride(from: 0, to: bytes.count, by: max(1, count)) {
            let part = bytes[start..<min(start + count, bytes.count)]
            try content.append(UnsafeRawBufferPointer(rebasing: part))
        }
    }
    switch ArchiveFormat(beginning: bytes) {
    case .gzip: try GzipFile.unpack(bytes, .gzip, append)
    case .zlib: try GzipFile.unpack(bytes, .zlib, append)
    case .zip: try ZipArchive(bytes).unpackSnapshot(append)
    case .tar: try append(bytes)
    case .lzw, nil: if try !LZW.unpack(bytes, append) { throw .damaged(.lzw, "it is cut short") }
    case .zstd, .xz: return
    }
    try content.finish()
}

/// Makes the checksum of each block right that looks like a header of a tar; bytes at random have none that is.
private func putChecksumsRight(in bytes: inout [UInt8]) {
    for start in stride(from: 0, through: bytes.count - TarHeader.byteCount, by: TarHeader.byteCount)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
        bytes.replaceSubrange(start + 148..<start + 156, with: repeatElement(0x20, count: 8))
        let sum = bytes[start..<start + TarHeader.byteCount].reduce(0) { $0 + Int($1) }
        let digits = Array(String(sum, radix: 8).utf8)
        bytes.replaceSubrange(start + 148..<start + 148 + digits.count, with: digits)
    }
}
