internal import CZlib

/// Runs deflate's unpacking over bytes that lie in memory.
///
/// Source: zlib.h.
struct Inflation {
    /// What stands around the deflated bytes.
    enum Frame {
        /// gzip's or zlib's head and checksum.
        case gzipOrZlib
        /// Nothing, as in a zip.
        case none

        /// 15 bits of window; 32 more ask for the frame to be told by its first bytes, a minus for none.
        fileprivate var windowBits: Int32 {
            switch self {
            case .gzipOrZlib: 15 + 32
            case .none: -15
            }
        }
    }

    /// How it ended.
    enum End: Equatable {
        /// At the end of the deflated bytes, after so many of the given ones.
        case done(consumed: Int)
        /// The given bytes end before the deflated ones do.
        case cutShort
        case damaged
        /// The receiver wanted no more.
        case stopped
    }

    private static let portion = 256 << 10

    /// Unpacks until the deflated bytes end.
    ///
    /// - Parameters:
    ///   - packed: The bytes; what follows the deflated ones is not looked at.
    ///   - frame: What stands around them.
    ///   - receive: Gets what comes out, in portions; false ends it.
    /// - Returns: How it ended.
    /// - Throws: What `receive` throws.
    static func run(
        _ packed: UnsafeRawBufferPointer,
        _ frame: Frame,
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Bool
    ) throws(ArchiveError) -> End {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, frame.windowBits, ZLIB_VERSION, size) == Z_OK else { return .damaged }
        defer { inflateEnd(&stream) }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.portion, alignment: 16)
        defer { chunk.deallocate() }
        var consumed = 0
        while true {
            let given = min(packed.count - consumed, 1 << 30)
            let input = packed.baseAddress.map { $0 + consumed }
            stream.next_in = UnsafeMutablePointer(mutating: input?.assumingMemoryBound(to: UInt8.self))
            stream.avail_in = UInt32(given)
            stream.next_out = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(chunk.count)
            let result = inflate(&stream, Z_NO_FLUSH)
            consumed += given - Int(stream.avail_in)
            let count = chunk.count - Int(stream.avail_out)
            if count > 0, try !receive(UnsafeRawBufferPointer(rebasing: chunk[..<count])) { return .stopped }
            switch result {
            case Z_STREAM_END: return .done(consumed: consumed)
            case Z_OK: continue
            // No byte could be read and none written.
            case Z_BUF_ERROR where consumed == packed.count: return .cutShort
            default: return .damaged
            }
        }
    }
}

/// CRC-32 as gzip and zip have it, added up as bytes come.
struct CRC32 {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard start != nil else { return }
        self.value = UInt32(truncatingIfNeeded: crc32_z(UInt(self.value), start, bytes.count))
    }
}
