import CChecksums

/// A CRC-32C with the number of bytes behind it, so that the sums of parts can be joined.
///
/// Castagnoli's polynomial, as Go's `hash/crc32` with `crc32.Castagnoli`.
public struct CRC32C: Hashable, Sendable {
    public private(set) var value: UInt32 = 0
    public private(set) var byteCount: UInt64 = 0

    public init() {}

    public mutating func update(_ bytes: RawSpan) {
        self.value = bytes.withUnsafeBytes { registree_crc32c(self.value, $0.baseAddress, $0.count) }
        self.byteCount += UInt64(bytes.byteCount)
    }

    public mutating func update(_ bytes: [UInt8]) {
        self.update(bytes.span.bytes)
    }

    /// Goes on as if the bytes behind `next` had been given here.
    public mutating func append(_ next: CRC32C) {
        self.value = registree_crc32c_combine(self.value, next.value, next.byteCount)
        self.byteCount += next.byteCount
    }
}
