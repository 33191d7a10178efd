import Bolt
public import Files

/// Writes the pairs into a new, compact bolt file.
public struct BoltFileSink: DatabaseSink, ~Copyable {
    private var writer: BoltWriter
    /// The path that errors name.
    private let path: String

    /// - Throws: `.file`.
    public init(_ file: OutputFile) throws(StorageError) {
        self.path = file.reportedPath
        do {
            self.writer = try BoltWriter(writingTo: file)
        } catch {
            throw StorageError(writing: error, to: file.reportedPath)
        }
    }

    /// Pairs written so far, in all buckets.
    public var pairCount: Int { self.writer.pairCount }

    /// - Throws: `.unwritable` when bbolt's limits or the order are broken; `.file`.
    public mutating func beginBucket(_ name: [UInt8]) throws(StorageError) {
        do {
            try self.writer.beginBucket(name.span.bytes)
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }

    /// - Throws: `.unwritable` when bbolt's limits or the order are broken; `.file`.
    public mutating func append(key: RawSpan, value: RawSpan) throws(StorageError) {
        do {
            try self.writer.append(key: key, value: value)
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }

    /// Completes the file, which is not synced; nothing may be added afterwards.
    ///
    /// - Returns: The size of the database, in bytes.
    /// - Throws: `.file`.
    public mutating func finish() throws(StorageError) -> Int {
        do {
            return try self.writer.finish()
        } catch {
            throw StorageError(writing: error, to: self.path)
        }
    }
}

extension StorageError {
    /// What the writer of the bolt file at `path` threw.
    fileprivate init(writing error: BoltWriterError, to path: String) {
        switch error {
        case .file(let error): self.init(.file(error), path: error.path)
        case .keysOutOfOrder, .keySize, .valueSize:
            self.init(.unwritable(error.description), path: path)
        }
    }
}
