public import Files

/// A database file, as its writer knows it.
public struct WrittenDatabase: Hashable, Sendable {
    /// Length of the file, in bytes.
    public var byteCount: Int
    /// Pairs in all buckets.
    public var pairCount: Int
    /// CRC-32C over the buckets' names, keys and values in order: what etcdutl calls the hash.
    public var hash: CRC32C
}

/// A snapshot file: a database with its digest behind it.
public struct WrittenSnapshot: Hashable, Sendable {
    /// Length of the database, in bytes; 32 bytes of digest follow.
    public var databaseByteCount: Int
    /// SHA-256 of the database.
    public var digest: [UInt8]
}

extension DatabaseImage {
    /// Writes the image into a new file, which is not synced.
    ///
    /// - Throws: What ``write(to:)`` throws for a sink, and what the file refuses.
    public func write(to file: OutputFile) throws(StorageError) -> WrittenDatabase {
        var sink = SinkPair(try BoltFileSink(file), HashSink(.everything))
        try self.write(to: &sink)
        return WrittenDatabase(
            byteCount: try sink.first.finish(),
            pairCount: sink.first.pairCount,
            hash: sink.second.sum
        )
    }

    /// Writes the image and its digest into a new file, which is not synced: a snapshot file.
    ///
    /// - Throws: What ``write(to:)`` throws for a sink, and what the file refuses.
    public func writeSnapshot(to file: OutputFile) throws(StorageError) -> WrittenSnapshot {
        var sink = try BoltFileSink(file)
        try self.write(to: &sink)
        let byteCount = try sink.finish()
        do {
            let digest = try file.mapped().digest(ofFirst: byteCount)
            try file.append(digest)
            return WrittenSnapshot(databaseByteCount: byteCount, digest: digest)
        } catch {
            throw StorageError(.file(error), path: file.reportedPath)
        }
    }
}
