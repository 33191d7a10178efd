/// Unpacks gzip, one member after the other, and zlib's own frame.
///
///     gzip     members, each: head, deflated bytes, CRC-32, length modulo 2^32
///     behind   zeros, which tapes and blocks leave; other bytes count as gzip(1) counts them: not at all
///
/// Source: RFC 1952, RFC 1950.
enum GzipFile {
    static func unpack(
        _ bytes: UnsafeRawBufferPointer,
        _ format: ArchiveFormat,
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var rest = bytes
        repeat {
            let end = try Inflation.run(rest, .gzipOrZlib) { (part) throws(ArchiveError) in
                try receive(part)
                return true
            }
            switch end {
            case .done(let consumed): rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
            case .cutShort: throw .damaged(format, "it is cut short")
            case .damaged, .stopped: throw .damaged(format, "its bytes or their checksum are wrong")
            }
        } while format == .gzip && rest.starts(with: [0x1F, 0x8B])
    }

    /// How long a file of one member unpacks to, modulo 2^32, as it says at its end; only a hint.
    static func hint(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count >= 18 else { return bytes.count }
        let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
        let length = Int(UInt32(littleEndian: last))
        // Of a file that was cut they are any bytes; deflate makes no byte longer than this.
        return length / 1032 > bytes.count ? bytes.count : max(bytes.count, length)
    }
}
