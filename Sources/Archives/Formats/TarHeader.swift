/// One header of a tar file.
///
///     offset  size  field     meaning
///          0   100  name      ends at a NUL, if there is one
///        124    12  size      bytes of content: octal digits, or base 256 when the first bit is set
///        148     8  checksum  octal: the sum of all bytes of the header, this field's counted as spaces
///        156     1  type      what the entry is
///        257     6  magic     `ustar` NUL, of GNU tar `ustar` and a space; older programs have none
///        345   155  prefix    of the name, with that of POSIX alone
///
/// It has 512 bytes; the content that follows is filled up with zeros to a multiple of that.
///
/// Source: POSIX.1-2017 `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
struct TarHeader {
    static let byteCount = 512

    /// What follows a header.
    enum Kind: Equatable {
        case file
        /// The name of the next entry, as GNU tar writes long ones.
        case longName
        /// Records for the next entry.
        case extended
        /// A file without its holes.
        case sparse
        /// A directory, a link, a device, and what is meant for programs that unpack.
        case other
    }

    var name: String
    var size: Int
    var kind: Kind

    /// Reads the 512 bytes of a header.
    ///
    /// - Throws: `.damaged` when the checksum is wrong; `.contradiction` for a size that is no size.
    init(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard Self.isHeader(bytes) else { throw .damaged(.tar, "the checksum of a header is wrong") }
        let isPOSIX = bytes[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isPOSIX ? text(bytes[345..<500]) : ""
        let name = text(bytes[0..<100])
        self.name = prefix.isEmpty ? name : "\(prefix)/\(name)"
        guard let size = number(bytes[124..<136]) else {
            throw .contradiction(.tar, "the size of \(quoted(self.name)) is no number")
        }
        // Links, devices and directories have no content, whatever their size says.
        let hasContent = !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[156])
        self.size = hasContent ? size : 0
        switch bytes[156] {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): self.kind = self.name.hasSuffix("/") ? .other : .file
        case UInt8(ascii: "L"): self.kind = .longName
        case UInt8(ascii: "x"): self.kind = .extended
        case UInt8(ascii: "S"): self.kind = .sparse
        default: self.kind = .other
        }
    }

    /// Whether the bytes begin with a header: the checksum is right.
    static func isHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= Self.byteCount, let sum = number(bytes[148..<156]) else { return false }
        var computed = 8 * 0x20
        for offset in 0..<Self.byteCount where !(148..<156).contains(offset) {
            computed += Int(bytes[offset])
        }
        return sum == computed && bytes[148..<156].contains { $0 != 0 }
    }
}

/// What stands before the first NUL.
private func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

/// A number in octal, with spaces or NULs around it, or in base 256; nil for anything else and for a negative one.
private func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard let first = bytes.first else { return nil }
    if first & 0x80 != 0 {
        // Bit 6 would be the sign.
        guard first & 0x40 == 0 else { return nil }
        return digits(bytes.dropFirst(), base: 256, from: Int(first & 0x3F)) { Int($0) }
    }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
    let shown = bytes.drop(while: isBlank)
    let octal = shown.prefix { !isBlank($0) }
    guard shown.dropFirst(octal.count).allSatisfy(isBlank) else { return nil }
    return digits(octal, base: 8, from: 0) { (0x30...0x37).contains($0) ? Int($0) - 0x30 : nil }
}

private func digits(
    _ bytes: Slice<UnsafeRawBufferPointer>,
    base: Int,
    from start: Int,
    _ digit: (UInt8) -> Int?
) -> Int? {
    var value = start
    for byte in bytes {
        guard let digit = digit(byte) else { return nil }
        let (product, overflows) = value.multipliedReportingOverflow(by: base)
        let (sum, overflowsToo) = product.addingReportingOverflow(digit)
        if overflows || overflowsToo { return nil }
        value = sum
    }
    return value
}
