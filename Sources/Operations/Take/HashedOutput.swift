import Synchronization

/// Where a snapshot's bytes go as they come, and who proves them at the end.
protocol SnapshotOutput: AnyObject, Sendable {
    /// Bytes that came.
    var byteCount: UInt64 { get }

    func append(_ bytes: [UInt8]) throws

    /// The digest, which proved right, and the number of bytes.
    ///
    /// - Throws: ``TakeError`` for a digest that is not there or is not the bytes'.
    func finish() async throws -> (digest: [UInt8], byteCount: UInt64)
}

/// An output that is hashed as it is written.
final class HashedOutput: SnapshotOutput {
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

    func finish() throws(TakeError) -> (digest: [UInt8], byteCount: UInt64) {
        try self.hasher.withLock { hasher throws(TakeError) in (try hasher.digest(), hasher.byteCount) }
    }
}
