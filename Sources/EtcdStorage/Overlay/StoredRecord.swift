import Bolt
import Files

/// A live key of a ``RevisionView``: its record lies in the source's file, or among the changes.
public struct KeyLocation: Sendable {
    enum Place {
        case source(LiveKey)
        case change(Change)
    }

    let place: Place

    init(_ key: LiveKey) { self.place = .source(key) }
    init(_ change: Change) { self.place = .change(change) }

    /// Length of the record's message, in bytes, known without touching the value.
    public var messageByteCount: Int {
        switch self.place {
        case .source(let key): Int(key.entry.messageCount)
        case .change(let change): change.messageByteCount
        }
    }
}

/// Where the KeyValue message of a live key lies; ``RevisionView`` gives its bytes.
public struct MessageLocation: Sendable {
    enum Place {
        case source(Range<Int>)
        case change(Change)
    }

    let place: Place

    /// Length of the message, in bytes.
    public var byteCount: Int {
        switch self.place {
        case .source(let range): range.count
        case .change(let change): change.messageByteCount
        }
    }
}

/// The record of a live key, but for the bytes of key and value: ``RevisionView`` gives those.
public struct StoredRecord: Sendable {
    /// The parts of the message, by where they lie in the source's file or in the change.
    let keyValue: KeyValue
    let place: MessageLocation.Place

    init(_ change: Change) {
        self.keyValue = change.keyValue
        self.place = .change(change)
    }

    init(_ keyValue: KeyValue, message: Range<Int>) {
        self.keyValue = keyValue
        self.place = .source(message)
    }

    /// The key's revisions, version and lease.
    public var metadata: KeyMetadata { self.keyValue.metadata }
    /// Where the whole message lies.
    public var message: MessageLocation { MessageLocation(place: self.place) }
}

extension OverlaySource {
    /// The whole record of a live key.
    ///
    /// - Throws: `.badKeyValue` when it is damaged behind its key; with its page and key.
    func record(of key: LiveKey) throws(StorageError) -> StoredRecord {
        let message = key.entry.message
        guard let keyValue = self.file.withBytes({ KeyValue(reading: $0, in: message) }) else {
            throw self.keys.damage(at: key)
        }
        return StoredRecord(keyValue, message: message)
    }
}

extension RevisionView {
    /// The record of a live key.
    ///
    /// - Throws: `.badKeyValue` when the source's record is damaged behind its key.
    public func record(at location: KeyLocation) throws(StorageError) -> StoredRecord? {
        switch location.place {
        case .source(let key): try self.source?.record(of: key)
        case .change(let change): StoredRecord(change)
        }
    }

    /// A copy of a live key.
    public func key(at location: KeyLocation) -> [UInt8] {
        switch location.place {
        case .source(let key): self.source?.keys.bytes(of: key) ?? []
        case .change(let change): change.withKey { $0.copy(0..<$0.byteCount) }
        }
    }

    /// Where the message of a live key lies, once it is known that it can be read.
    ///
    /// - Throws: `.badKeyValue` when the source's record is damaged behind its key.
    public func message(at location: KeyLocation) throws(StorageError) -> MessageLocation? {
        switch location.place {
        case .source: try self.record(at: location)?.message
        case .change(let change): MessageLocation(place: .change(change))
        }
    }

    /// Calls `body` with the key of a record.
    public func withKey<Result>(of record: StoredRecord, _ body: (RawSpan) -> Result) -> Result {
        self.with(record.keyValue.key, of: record.place, body)
    }

    /// Calls `body` with the value of a record.
    public func withValue<Result>(of record: StoredRecord, _ body: (RawSpan) -> Result) -> Result {
        self.with(record.keyValue.value, of: record.place, body)
    }

    /// A copy of the value of a record.
    public func value(of record: StoredRecord) -> [UInt8] {
        self.withValue(of: record) { $0.copy(0..<$0.byteCount) }
    }

    /// Calls `body` with each message in turn.
    public func forEach<Failure>(
        _ messages: [MessageLocation],
        _ body: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        /// The source's bytes are asked for once.
        func walk(_ source: RawSpan) throws(Failure) {
            for message in messages {
                switch message.place {
                case .source(let range): try body(source.extracting(range))
                case .change(let change): try change.withMessage(body)
                }
            }
        }
        guard let file = self.source?.file else { return try walk([UInt8]().span.bytes) }
        try file.withBytes { (bytes) throws(Failure) in try walk(bytes) }
    }

    private func with<Result>(
        _ range: Range<Int>,
        of place: MessageLocation.Place,
        _ body: (RawSpan) -> Result
    ) -> Result {
        switch place {
        case .change(let change): change.with(range, body)
        case .source:
            self.source?.file.withBytes { body($0.extracting(range)) } ?? body([UInt8]().span.bytes)
        }
    }
}
