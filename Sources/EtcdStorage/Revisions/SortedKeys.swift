public import Files

// What the served store still reads by offsets.

public typealias SortedKeys = Keyspace

extension Keyspace {
    public func sorted() -> Keyspace { self }
    public var file: MappedFile { self.records.file }
    public var bumpRecordOffset: Int? { self.bumpRecord?.offset }
}

extension LiveKey {
    /// File range of the key.
    public var key: Range<Int> { self.entry.key }
    /// File offset of the record's revision key, behind which the record lies.
    public var recordOffset: Int { self.entry.offset }
    /// File range of the record, a KeyValue message.
    public var message: Range<Int> { self.entry.message }
    /// The revision that made this state of the key.
    public func revision(in bytes: RawSpan) -> RevisionKey? {
        RevisionKey(reading: bytes, in: self.entry.offset..<self.entry.message.lowerBound)
    }
    /// The whole record; nil when it is damaged behind its key.
    public func keyValue(in bytes: RawSpan) -> KeyValue? {
        KeyValue(reading: bytes, in: self.entry.message)
    }
}
