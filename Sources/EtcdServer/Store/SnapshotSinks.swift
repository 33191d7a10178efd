import Bolt
import EtcdStorage
import Files

/// Writes the pairs into a fresh bolt file.
struct SnapshotFileSink: SnapshotContents.Sink, ~Copyable {
    private var writer: BoltWriter
    private let path: String

    init(_ file: OutputFile) throws(StorageError) {
        self.path = file.reportedPath
        do {
            self.writer = try BoltWriter(writingTo: file)
        } catch {
            throw StorageError(writing: error, to: file.reportedPath)
        }
    }

    mutating func begin(_ bucket: [UInt8]) throws(StorageError) {
        do {
            try self.writer.beginBucket(bucket.span.bytes)
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }

    mutating func append(_ key: RawSpan, _ value: RawSpan) throws(StorageError) {
        do {
            try self.writer.append(key: key, value: value)
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }

    /// - Returns: The size of the database, in bytes.
    mutating func finish() throws(StorageError) -> Int {
        do {
            return try self.writer.finish()
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }
}

/// Sums the pairs up as etcd's `Hash` does, without what differs between members.
///
/// Source: etcd-io/etcd `server/mvcc/backend/backend.go` (`Hash`), `server/mvcc/buckets/bucket.go`.
struct SnapshotHashSink: SnapshotContents.Sink {
    private(set) var sum = CRC32C()
    private var isMeta = false

    mutating func begin(_ bucket: [UInt8]) {
        self.sum.update(bucket)
        self.isMeta = bucket == Array(BucketName.meta.rawValue.utf8)
    }

    mutating func append(_ key: RawSpan, _ value: RawSpan) {
        if self.isMeta, Self.ignored.contains(where: { key.compare($0.span.bytes) == 0 }) { return }
        self.sum.update(key)
        self.sum.update(value)
    }

    private static let ignored = ["term", "consistent_index", "storageVersion"].map { Array($0.utf8) }
}
