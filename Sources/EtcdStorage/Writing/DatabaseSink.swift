/// A place to which a database's buckets and pairs go in order.
public protocol DatabaseSink: ~Copyable {
    /// Begins a bucket; names come in ascending order.
    mutating func beginBucket(_ name: [UInt8]) throws(StorageError)

    /// Adds a pair to the bucket last begun; keys come in ascending order.
    mutating func append(key: RawSpan, value: RawSpan) throws(StorageError)
}

/// Two sinks that get the same, one pair after the other.
public struct SinkPair<First: DatabaseSink & ~Copyable, Second: DatabaseSink & ~Copyable>:
    DatabaseSink, ~Copyable
{
    public var first: First
    public var second: Second

    public init(_ first: consuming First, _ second: consuming Second) {
        self.first = first
        self.second = second
    }

    public mutating func beginBucket(_ name: [UInt8]) throws(StorageError) {
        try self.first.beginBucket(name)
        try self.second.beginBucket(name)
    }

    public mutating func append(key: RawSpan, value: RawSpan) throws(StorageError) {
        try self.first.append(key: key, value: value)
        try self.second.append(key: key, value: value)
    }
}
