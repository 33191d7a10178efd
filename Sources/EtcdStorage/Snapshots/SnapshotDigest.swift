import Bolt
import Crypto
import Files

extension EtcdDatabase {
    /// The SHA-256 of the database's bytes, which a snapshot file ends in; 32 bytes.
    ///
    /// - Throws: `.file(.shrank)` when the file became shorter meanwhile.
    public func computedDigest() throws(StorageError) -> [UInt8] {
        var hasher = SHA256()
        self.bolt.file.withBytes { bytes in
            bytes.extracting(0..<self.bolt.byteCount).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
        try self.checkUnchanged()
        return Array(hasher.finalize())
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

/// A digest as hexadecimal digits.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
