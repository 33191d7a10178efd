import Bolt
import Crypto
import Files

extension EtcdDatabase {
    /// The SHA-256 of the database's bytes, which a snapshot file ends in; 32 bytes.
    ///
    /// - Throws: `.file` when the file became shorter or was changed meanwhile, or its disk fails.
    public func computedDigest() throws(StorageError) -> [UInt8] {
        let digest = self.bolt.file.digest(ofFirst: self.bolt.byteCount)
        try self.checkUnchanged()
        return digest
    }

    /// Compares the digest that the file ends in with its bytes.
    ///
    /// - Returns: Whether there is a digest to compare.
    /// - Throws: `.digestMismatch`.
    @discardableResult
    public func checkDigest() throws(StorageError) -> Bool {
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
