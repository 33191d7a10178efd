import Bolt
import Files

/// What a file is that is no database, as far as its first bytes tell.
///
///     offset  bytes                     what                 source
///          0  1F 8B                     gzip                 RFC 1952
///          0  50 4B 03 04               zip                  PKWARE APPNOTE, 4.3.7
///          0  28 B5 2F FD               zstd                 RFC 8878
///          0  42 5A 68                  bzip2                bzip2 manual
///          0  FD 37 7A 58 5A 00         xz                   tukaani.org, "The .xz File Format"
///          0  04 22 4D 18               lz4                  lz4 frame format
///          0  37 7A BC AF 27 1C         7z                   7-zip `7zFormat.txt`
///        257  "ustar"                   tar                  POSIX, `pax`
///          0  "age-encryption.org/"     age                  C2SP `age.md`; armored it is a PEM block
///          0  "Salted__"                `openssl enc`        openssl `apps/enc.c`
///          0  "SQLite format 3" 00      SQLite               sqlite.org, "Database File Format"
public enum ForeignFile: Hashable, Sendable {
    /// The snapshot may be inside.
    case packed(format: String)
    /// The snapshot may be inside, for who has the key.
    case encrypted(format: String)
    /// A database as kine keeps it, say, but not etcd's.
    case sqlite
    /// A snapshot as `base64` writes it.
    case base64
    /// Perhaps the messages of a program that wrote no snapshot.
    case text
}

extension ForeignFile {
    private static let beginnings: [(bytes: [UInt8], file: ForeignFile)] = [
        ([0x1F, 0x8B], .packed(format: "gzip")),
        ([0x50, 0x4B, 0x03, 0x04], .packed(format: "zip")),
        ([0x28, 0xB5, 0x2F, 0xFD], .packed(format: "zstd")),
        ([0x42, 0x5A, 0x68], .packed(format: "bzip2")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .packed(format: "xz")),
        ([0x04, 0x22, 0x4D, 0x18], .packed(format: "lz4")),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .packed(format: "7z")),
        (Array("age-encryption.org/".utf8), .encrypted(format: "age")),
        (Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8), .encrypted(format: "age")),
        (Array("-----BEGIN PGP MESSAGE-----".utf8), .encrypted(format: "OpenPGP")),
        (Array("Salted__".utf8), .encrypted(format: "openssl")),
        (Array("SQLite format 3\0".utf8), .sqlite),
        // A meta page's header and magic number.
        (Array("AAAAAAAAAAAEAAAAAAAAAO3aDO0C".utf8), .base64),
    ]

    /// Where tar's magic lies in the header of the first entry, in bytes.
    private static let tarMagicOffset = 257
    /// How much of the file is looked at, in bytes.
    private static let beginningByteCount = 4096
    /// Fewer bytes are called short, not text.
    private static let shortestText = 16

    /// Looks at the first bytes of `file`; nil when they tell nothing.
    init?(_ file: MappedFile) {
        let start = file.bytes(in: 0..<min(Self.beginningByteCount, file.byteCount))
        if let known = Self.beginnings.first(where: { start.starts(with: $0.bytes) }) {
            self = known.file
        } else if start.dropFirst(Self.tarMagicOffset).starts(with: "ustar".utf8) {
            self = .packed(format: "tar")
        } else if start.count >= Self.shortestText, isText(start) {
            self = .text
        } else {
            return nil
        }
    }
}

/// Whether the bytes hold no control character but tabs, line ends and the escape of a terminal's colours.
private func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }
}

extension MappedFile {
    /// Whether there is a byte, and no byte is anything but zero.
    var holdsOnlyZeros: Bool { self.byteCount > 0 && self.zeroTail == 0 }

    /// The file offset from which on all bytes are zero; the file's length when its last byte is not.
    var zeroTail: Int {
        self.withBytes { bytes in
            var end = bytes.byteCount
            while end >= 8, bytes.unsafeLoadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0 {
                end -= 8
            }
            while end > 0, bytes.unsafeLoad(fromByteOffset: end - 1, as: UInt8.self) == 0 { end -= 1 }
            return end
        }
    }
}
