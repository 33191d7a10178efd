import Bolt
import Files

/// A live key of a ``Keyspace``, by where its record lies in the file.
public struct LiveKey: Sendable {
    let entry: KeyIndex.Entry

    /// File range of the key.
    public var key: Range<Int> { self.entry.key }

    /// File offset of the record's revision key, behind which the record lies.
    public var recordOffset: Int { self.entry.offset }

    /// Whether it may hang on a lease, known without touching the value.
    public var mayHaveLease: Bool { self.entry.hasTail }

    /// File range of the record, a KeyValue message.
    public var message: Range<Int> { self.entry.message }

    /// The whole record: revisions, lease and value.
    ///
    /// - Returns: Nothing when the record is damaged behind its key.
    public func keyValue(in bytes: RawSpan) -> KeyValue? {
        KeyValue(reading: bytes, in: self.entry.message)
    }

    /// Size of the value in bytes, known without touching it.
    public var valueByteCount: Int { Int(self.entry.valueCount) }

    /// The revision that made this state of the key.
    public func revision(in bytes: RawSpan) -> RevisionKey? {
        RevisionKey(reading: bytes, in: self.entry.offset..<self.entry.message.lowerBound)
    }
}

extension Keyspace {
    /// Calls `body` with every live key, in no particular order, and the whole file's bytes.
    public func forEach<Failure>(_ body: (LiveKey, RawSpan) throws(Failure) -> Void) throws(Failure) {
        try self.file.withBytes { (bytes) throws(Failure) in
            for entry in self.entries { try body(LiveKey(entry: entry), bytes) }
        }
    }

    /// Calls `body` with the record of each of `keys`, which are this keyspace's, and the file's bytes.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key; what `body` throws.
    public func forEach(_ keys: [LiveKey], _ body: (KeyValue, RawSpan) throws -> Void) throws {
        try self.file.withBytes { bytes in
            for key in keys {
                guard let keyValue = key.keyValue(in: bytes) else { throw self.damage(at: key, in: bytes) }
                try body(keyValue, bytes)
            }
        }
    }

    /// The live keys within `range`, in order of their bytes.
    public func keys(in range: KeyRange) -> [LiveKey] {
        self.file.withBytes { bytes in
            var found: [LiveKey] = []
            for entry in self.entries where range.contains(bytes.extracting(entry.key)) {
                found.append(LiveKey(entry: entry))
            }
            found.sort { bytes.compare($0.key, $1.key) < 0 }
            return found
        }
    }

    /// The error for a record that is damaged behind its key.
    public func damage(at key: LiveKey, in bytes: RawSpan) -> StorageError {
        let revision = key.revision(in: bytes) ?? RevisionKey(main: 0, sub: 0)
        return StorageError(.badKeyValue(revision), path: self.file.path)
    }

    /// Throws when the file has become shorter since it was opened, so that what was read is not to be trusted.
    public func checkUnchanged() throws(StorageError) {
        do {
            try self.file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: self.file.path)
        }
    }
}
