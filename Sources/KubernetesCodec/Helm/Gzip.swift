internal import CZlib

extension Limits {
    /// Bytes that one gzip may unpack to.
    public static let unpackedByteCount = 64 << 20
    /// How many bytes each byte of a gzip may unpack to, once it is more than ``freelyUnpackedByteCount``.
    public static let unpackedRatio = 200
    /// Bytes that may be unpacked at any ratio.
    public static let freelyUnpackedByteCount = 1 << 20
}

/// Reads gzip (RFC 1952).
enum Gzip {
    static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B, 0x08]) }

    /// Unpacks the first member; what comes after it is not looked at.
    ///
    /// - Throws: `.truncated`, `.malformed`, or `.tooLarge` before much of it is unpacked.
    static func unpack(_ packed: [UInt8]) throws(CodecError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window; 16 more ask for gzip's frame and its checksum.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw CodecError(.malformed("zlib cannot be started"))
        }
        defer { inflateEnd(&stream) }
        return try packed.withUnsafeBufferPointer { input throws(CodecError) in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            return try self.unpack(&stream)
        }
    }

    private static func unpack(_ stream: inout z_stream) throws(CodecError) -> [UInt8] {
        var unpacked: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let result = chunk.withUnsafeMutableBufferPointer { chunk in
                stream.next_out = chunk.baseAddress
                stream.avail_out = UInt32(chunk.count)
                return inflate(&stream, Z_NO_FLUSH)
            }
            unpacked += chunk[..<(chunk.count - Int(stream.avail_out))]
            let ratioLimit = Limits.unpackedRatio * Int(stream.total_in)
            let limit = min(Limits.unpackedByteCount, max(Limits.freelyUnpackedByteCount, ratioLimit))
            guard unpacked.count <= limit else {
                throw CodecError(.tooLarge("\(limit) bytes when unpacked"))
            }
            switch result {
            case Z_STREAM_END: return unpacked
            case Z_OK where stream.avail_in > 0 || stream.avail_out == 0: continue
            case Z_OK, Z_BUF_ERROR: throw CodecError(.truncated)
            default: throw CodecError(.malformed("the gzip is damaged"))
            }
        }
    }
}
