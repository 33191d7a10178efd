import Bolt
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
        self.hashing = Task { try await database.computedDigestBesideOthers() }
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
