import Synchronization

/// An output that is hashed as it is written.
final class HashedOutput: Sendable {
    private let hasher = Mutex(SnapshotHasher())
    private let write: @Sendable ([UInt8]) throws -> Void

    init(_ write: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.write = write
    }

    var byteCount: UInt64 { self.hasher.withLock { $0.byteCount } }

    func append(_ bytes: [UInt8]) throws {
        self.hasher.withLock { $0.update(bytes) }
        try self.write(bytes)
    }

    /// The digest, which proved right, and the number of bytes.
    func finish() throws(TakeError) -> (digest: [UInt8], byteCount: UInt64) {
        try self.hasher.withLock { hasher throws(TakeError) in (try hasher.digest(), hasher.byteCount) }
    }
}
