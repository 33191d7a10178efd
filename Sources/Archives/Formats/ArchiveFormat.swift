/// The ways of packing that are opened, told by the first bytes.
///
///     offset  bytes              format  source
///          0  1F 8B 08           gzip    RFC 1952
///          0  78 01|5E|9C|DA     zlib    RFC 1950: deflate with a window of 32 KiB
///          0  50 4B 03 04        zip     PKWARE APPNOTE, 4.3.7
///          0  28 B5 2F FD        zstd    RFC 8878
///          0  FD 37 7A 58 5A 00  xz      tukaani.org, "The .xz File Format"
///          0  a header           tar     POSIX, `pax`; its checksum tells, see ``TarHeader``
public enum ArchiveFormat: String, Hashable, Sendable, CustomStringConvertible {
    case gzip, zlib, zip, zstd, xz, tar
    /// Told by a file's name alone, see ``LZW``.
    case lzw = "LZW"

    public var description: String { self.rawValue }

    var withArticle: String { (self == .xz || self == .lzw ? "an " : "a ") + self.rawValue }

    private static let beginnings: [(bytes: [UInt8], format: ArchiveFormat)] = [
        ([0x1F, 0x8B, 0x08], .gzip),
        ([0x50, 0x4B, 0x03, 0x04], .zip),
        ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
        ([0x78, 0x01], .zlib), ([0x78, 0x5E], .zlib), ([0x78, 0x9C], .zlib), ([0x78, 0xDA], .zlib),
    ]

    /// The format of what begins with `bytes`; nil when it is not packed, or not in a way that is opened.
    init?(beginning bytes: UnsafeRawBufferPointer) {
        if TarHeader.isHeader(bytes) {
            self = .tar
        } else if let known = Self.beginnings.first(where: { bytes.starts(with: $0.bytes) }) {
            self = known.format
        } else {
            return nil
        }
    }
}
