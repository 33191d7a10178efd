import Bolt
import EtcdStorage
import Files

extension RawSpan {
    /// Whether two ranges hold the same bytes.
    func equal(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count && self.compare(left, right) == 0
    }

    /// Whether a range holds just `bytes`.
    func holds(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        range.count == bytes.count
            && self.extracting(range).withUnsafeBytes { $0.elementsEqual(bytes) }
    }

    /// A range's text; bytes that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        self.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension Keyspace {
    /// The error for a record that is damaged behind its key.
    func damage(at key: LiveKey, in bytes: RawSpan) -> StorageError {
        let revision = key.revision(in: bytes) ?? RevisionKey(main: 0, sub: 0)
        return StorageError(.badKeyValue(revision), path: self.file.path)
    }

    /// Throws when the file has become shorter since it was opened.
    func checkUnchanged() throws(StorageError) {
        do {
            try self.file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: self.file.path)
        }
    }
}
