import Bolt
import Crypto
import Files

extension EtcdDatabase {
    /// The SHA-256 of the database's bytes, which a snapshot file ends in; 32 bytes.
    ///
    /// - Throws: `StorageError` with `.file` when the file became shorter or was changed meanwhile, or its disk
    ///   fails; `CancellationError` when the task is cancelled.
    public func computedDigest() throws -> [UInt8] {
        var hasher = SHA256()
        let pieceLength = 16 << 20
        for start in stride(from: 0, to: self.bolt.byteCount, by: pieceLength) {
            try Task.checkCancellation()
            let end = min(start + pieceLength, self.bolt.byteCount)
            self.bolt.file.withBytes { bytes in
                bytes.extracting(start..<end).withUnsafeBytes { hasher.update(bufferPointer: $0) }
            }
        }
        try self.checkUnchanged()
        return Array(hasher.finalize())
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

extension MappedFile {
    /// The SHA-256 of the first `byteCount` bytes, which lie within the file.
    func digest(ofFirst byteCount: Int) -> [UInt8] {
        var hasher = SHA256()
        self.withBytes { bytes in
            bytes.extracting(0..<byteCount).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
        return Array(hasher.finalize())
    }
}

/// A digest as hexadecimal digits.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
