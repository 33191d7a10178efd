import Bolt
import Crypto
import Files

extension EtcdDatabase {
    /// The SHA-256 of the database's bytes, which a snapshot file ends in; 32 bytes.
    ///
    /// - Throws: `StorageError` with `.file` when the file became shorter or was changed meanwhile, or its disk
    ///   fails; `CancellationError` when the task is cancelled.
    public func computedDigest() throws -> [UInt8] {
        var digest = PrefixDigest(of: self.bolt.file, byteCount: self.bolt.byteCount)
        while digest.hashNext() { try Task.checkCancellation() }
        try self.checkUnchanged()
        return digest.bytes
    }

    /// ``computedDigest()`` for work that is done beside other work: the threads that tasks run on are few, and
    /// others get their turn after each piece.
    @concurrent
    public func computedDigestBesideOthers() async throws -> [UInt8] {
        var digest = PrefixDigest(of: self.bolt.file, byteCount: self.bolt.byteCount)
        while digest.hashNext() {
            await Task.yield()
            try Task.checkCancellation()
        }
        try self.checkUnchanged()
        return digest.bytes
    }

    /// Compares the digest that the file ends in with its bytes.
    ///
    /// - Returns: Whether there is a digest to compare.
    /// - Throws: `StorageError` with `.digestMismatch`; what ``computedDigest()`` throws.
    @discardableResult
    public func checkDigest() throws -> Bool {
        guard let stored = self.storedDigest else { return false }
        let computed = try self.computedDigest()
        guard computed == stored else {
            throw StorageError(.digestMismatch(stored: stored, computed: computed), path: self.path)
        }
        return true
    }
}

/// The SHA-256 of the first bytes of a mapped file, computed piece by piece.
struct PrefixDigest {
    private static let pieceByteCount = 1 << 20
    private let file: MappedFile
    private let byteCount: Int
    private var offset = 0
    private var hasher = SHA256()

    /// Begins with the first of `byteCount` bytes, which the file has.
    init(of file: MappedFile, byteCount: Int) {
        self.file = file
        self.byteCount = byteCount
    }

    /// Hashes the next piece; false when there was none.
    mutating func hashNext() -> Bool {
        guard self.offset < self.byteCount else { return false }
        let piece = self.offset..<min(self.offset + Self.pieceByteCount, self.byteCount)
        self.file.withBytes { bytes in
            bytes.extracting(piece).withUnsafeBytes { self.hasher.update(bufferPointer: $0) }
        }
        self.offset = piece.upperBound
        return true
    }

    /// The digest of what was hashed, 32 bytes.
    var bytes: [UInt8] { Array(self.hasher.finalize()) }
}

extension MappedFile {
    /// The SHA-256 of the first `byteCount` bytes, which the file has; 32 bytes.
    func digest(ofFirst byteCount: Int) -> [UInt8] {
        var digest = PrefixDigest(of: self, byteCount: byteCount)
        while digest.hashNext() {}
        return digest.bytes
    }
}

/// A digest as hexadecimal digits.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
