import Bolt

/// A live key of a ``Keyspace``, by where its record lies.
public struct LiveKey: Sendable {
    let entry: KeyIndex.Entry

    /// Whether it may hang on a lease, known without touching the value.
    public var mayHaveLease: Bool { self.entry.hasTail }

    /// Size of the value in bytes, known without touching it.
    public var valueByteCount: Int { Int(self.entry.valueCount) }

    /// Size of the record in bucket `key`, revision and message, in bytes.
    public var recordByteCount: Int { self.entry.recordByteCount }
}

// MARK: Finding keys

extension Keyspace {
    /// The key at a position in the order.
    public subscript(position: Int) -> LiveKey { LiveKey(entry: self.entries[position]) }

    /// How many keys come before `key`, and whether the one after those is `key` itself.
    public func position(of key: RawSpan) -> (position: Int, found: Bool) {
        let position = lowerBound(0..<self.count) { self.compareKey(at: $0, to: key) < 0 }
        return (position, position < self.count && self.compareKey(at: position, to: key) == 0)
    }

    /// The positions of the keys within `range`.
    public func positions(of range: KeyRange) -> Range<Int> {
        let (start, found) = self.position(of: range.start.span.bytes)
        switch range.end {
        case .single: return start..<start + (found ? 1 : 0)
        case .none: return start..<self.count
        case .before(let end): return start..<max(start, self.position(of: end.span.bytes).position)
        }
    }

    /// The keys within `range`, in order.
    public func keys(in range: KeyRange) -> [LiveKey] { self.positions(of: range).map { self[$0] } }

    /// How the key at a position compares with `other` from byte `offset` on: below, at or above 0.
    public func compareKey(at position: Int, from offset: Int = 0, to other: RawSpan) -> Int {
        self.records.withKey(of: self.entries[position]) {
            $0.extracting(min(offset, $0.byteCount)...).compare(other)
        }
    }
}

// MARK: Reading records

extension Keyspace {
    /// Calls `body` with the bytes of a key.
    public func withKey<Result, Failure>(
        of key: LiveKey,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.records.withKey(of: key.entry, body)
    }

    /// A copy of a key.
    public func bytes(of key: LiveKey) -> [UInt8] {
        self.records.withKey(of: key.entry) { $0.withUnsafeBytes { Array($0) } }
    }

    /// Calls `body` with the record of a key, a serialised KeyValue message.
    public func withMessage<Result, Failure>(
        of key: LiveKey,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.records.withMessage(of: key.entry) { (bytes, message) throws(Failure) in
            try body(bytes.extracting(message))
        }
    }

    /// Calls `body` with what etcd keeps of a key and with its value.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func withRecord<Result>(
        of key: LiveKey,
        _ body: (KeyMetadata, RawSpan) -> Result
    ) throws(StorageError) -> Result {
        try self.records.withMessage(of: key.entry) { (bytes, message) throws(StorageError) in
            guard let keyValue = KeyValue(reading: bytes, in: message) else {
                throw self.records.damage(at: key.entry)
            }
            return body(keyValue.metadata, bytes.extracting(keyValue.value))
        }
    }

    /// What etcd keeps of a key.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func metadata(of key: LiveKey) throws(StorageError) -> KeyMetadata {
        try self.withRecord(of: key) { metadata, _ in metadata }
    }

    /// The revision of the last change of a key, known without touching its record.
    public func modRevision(of key: LiveKey) -> Int64 {
        self.records.revision(of: key.entry)?.main ?? 0
    }

    /// Calls `body` with every key of some positions, what etcd keeps of it, and its value, in order.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key; what `body` throws.
    public func forEachRecord(
        at positions: Range<Int>,
        _ body: (_ key: RawSpan, KeyMetadata, _ value: RawSpan) throws -> Void
    ) throws {
        for entry in self.entries[positions] {
            try self.records.withMessage(of: entry) { bytes, message in
                guard let keyValue = KeyValue(reading: bytes, in: message) else {
                    throw self.records.damage(at: entry)
                }
                try body(
                    bytes.extracting(keyValue.key),
                    keyValue.metadata,
                    bytes.extracting(keyValue.value)
                )
            }
        }
    }

    /// The error for a record that is damaged behind its key.
    func damage(at key: LiveKey) -> StorageError { self.records.damage(at: key.entry) }

    /// Throws `.file` when the file has become shorter or was changed since it was opened, or its disk fails: then
    /// what was read is not to be trusted.
    public func checkUnchanged() throws(StorageError) {
        try self.records.checkUnchanged()
    }
}
