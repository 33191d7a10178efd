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

    /// Writes the image into a new file, which is not synced, without summing it up.
    ///
    /// - Returns: Length of the file, in bytes.
    /// - Throws: What ``write(to:)`` throws for a sink, and what the file refuses.
    public func writeDatabase(to file: OutputFile) throws(StorageError) -> Int {
        var sink = try BoltFileSink(file)
        try self.write(to: &sink)
        return try sink.finish()
    }

    /// Writes the image and its digest into a new file, which is not synced: a snapshot file.
    ///
    /// - Returns: The length of the database in bytes, behind which the digest lies, and the digest: SHA-256.
    /// - Throws: What ``write(to:)`` throws for a sink, and what the file refuses.
    public func writeSnapshot(
        to file: OutputFile
    ) throws(StorageError) -> (byteCount: Int, digest: [UInt8]) {
        let byteCount = try self.writeDatabase(to: file)
        do {
            let written = try file.mapped()
            let digest = written.digest(ofFirst: byteCount)
            try written.checkUnchanged()
            try file.append(digest)
            return (byteCount, digest)
        } catch {
            throw StorageError(.file(error), path: file.reportedPath)
        }
    }
}
