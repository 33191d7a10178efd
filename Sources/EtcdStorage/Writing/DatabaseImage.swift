/// What a new database holds: the buckets of a source, with what is changed in them.
///
/// An image is a description: nothing is read before it is written. The source is never changed.
///
///     bucket           what is written
///     key              the source's records, each kept, replaced or dropped; then the appended ones
///     others           as ``smallBuckets`` says; a bucket that it does not name stays as it is
public struct DatabaseImage: Sendable {
    /// Decides what becomes of one record of the source; the bytes are its message, an `mvccpb.KeyValue`.
    public typealias RecordFilter =
        @Sendable (RevisionRecord, RawSpan) throws(StorageError) -> RecordDecision

    /// Takes a record: its revision and its message.
    public typealias RecordReceiver = (RevisionKey, RawSpan) throws(StorageError) -> Void

    /// Where the buckets come from; nil for a database that is made from nothing.
    public var source: EtcdDatabase?
    /// What becomes of the source's records; nil keeps them all.
    public var filter: RecordFilter?
    /// Hands out the records that follow the source's, by ascending revision; nil when there are none.
    public var appendedRecords: (@Sendable (RecordReceiver) throws(StorageError) -> Void)?
    /// What becomes of the buckets other than `key`.
    public var smallBuckets: [BucketName: SmallBucket] = [:]

    /// An image that is the same as `source`.
    public init(source: EtcdDatabase?) {
        self.source = source
    }
}

/// What becomes of a record when its database is written anew.
public enum RecordDecision: Sendable {
    case keep
    /// The record keeps its revision and gets this message.
    case replace([UInt8])
    /// Nothing of the record is written.
    case drop
}
