import Crypto

/// SHA-256 over all bytes but the last 32, which are a snapshot's own statement of it.
///
/// Bytes come in any portions; the last 32 seen so far are held back.
struct SnapshotHasher {
    static let digestByteCount = 32
    private static let sectorByteCount = 512

    private var hasher = SHA256()
    private var tail: [UInt8] = []
    /// Bytes seen, the last 32 among them.
    private(set) var byteCount: UInt64 = 0

    mutating func update(_ bytes: [UInt8]) {
        self.byteCount += UInt64(bytes.count)
        guard bytes.count >= Self.digestByteCount else {
            self.tail += bytes
            let surplus = self.tail.count - Self.digestByteCount
            if surplus > 0 {
                self.hasher.update(data: self.tail[..<surplus])
                self.tail.removeFirst(surplus)
            }
            return
        }
        self.hasher.update(data: self.tail)
        let end = bytes.count - Self.digestByteCount
        bytes.withUnsafeBytes {
            self.hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<end]))
        }
        self.tail = Array(bytes[end...])
    }

    /// The digest, when the last 32 bytes are it.
    ///
    /// A database is a whole number of sectors long, so that 32 bytes more can only be a digest.
    ///
    /// - Throws: `.noDigest` or `.digestDiffers`.
    func digest() throws(TakeError) -> [UInt8] {
        guard self.byteCount % UInt64(Self.sectorByteCount) == UInt64(Self.digestByteCount) else {
            throw .noDigest(received: self.byteCount)
        }
        let computed = Array(self.hasher.finalize())
        guard computed == self.tail else { throw .digestDiffers(sent: self.tail, computed: computed) }
        return computed
    }
}
