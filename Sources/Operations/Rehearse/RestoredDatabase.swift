import Bolt
import Crypto
import EtcdStorage
import Files

/// The database of a restored directory, which nobody writes to, and its SHA-256.
///
/// It was written by this program, read back, and stays mapped. It is hashed once, beside all else: a store that
/// sends it as it is needs the digest, and so does whoever proves what was sent.
public final class RestoredDatabase: Sendable {
    let database: EtcdDatabase
    private let hashing: Task<[UInt8], any Error>

    /// Begins to hash `database`.
    init(_ database: EtcdDatabase) {
        self.database = database
        self.hashing = Task { try await sha256(of: database) }
    }

    deinit { self.hashing.cancel() }

    /// SHA-256 of the database, 32 bytes; waits until it is known.
    ///
    /// - Throws: `StorageError` (`.file`) when the file was changed meanwhile, or its disk fails.
    var digest: [UInt8] {
        get async throws { try await self.hashing.value }
    }

    /// Length of the database, in bytes.
    var byteCount: Int { self.database.bolt.byteCount }

    /// Whether the database holds `bytes` from `offset` on.
    func holds(_ bytes: ArraySlice<UInt8>, at offset: Int) -> Bool {
        guard offset >= 0, bytes.count <= self.byteCount - offset else { return false }
        return self.database.bolt.file.withBytes { file in
            file.extracting(offset..<offset + bytes.count).compare(bytes.span.bytes) == 0
        }
    }

    /// A copy of some of the bytes.
    func copy(_ range: Range<Int>) -> [UInt8] {
        self.database.bolt.file.withBytes { $0.extracting(range).withUnsafeBytes { Array($0) } }
    }
}

/// Hashes piece by piece, so that others get their turn: the threads that tasks run on are few.
@concurrent
private func sha256(of database: EtcdDatabase) async throws -> [UInt8] {
    let pieceByteCount = 1 << 20
    var hasher = SHA256()
    var offset = 0
    while offset < database.bolt.byteCount {
        let end = min(offset + pieceByteCount, database.bolt.byteCount)
        database.bolt.file.withBytes { bytes in
            bytes.extracting(offset..<end).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
        offset = end
        await Task.yield()
        try Task.checkCancellation()
    }
    try database.checkUnchanged()
    return Array(hasher.finalize())
}
