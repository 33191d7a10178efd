public import Files
import ProtobufWire

/// Gathers the live keys of a store that gives nothing else, as they arrive, for a database of their own.
///
/// The database is that of a store which was compacted at the revision that was read: the newest record of each live
/// key, and no lease, user or member. The records go to a file without a name, mode 0600, until they are written in
/// order of revision; a key takes 24 bytes of memory.
public struct ImageSpool {
    /// Where a message lies in the file, and at which revision it belongs.
    private struct Entry {
        var revision: Int64
        var offset: Int
        var byteCount: Int
    }

    private let file: OutputFile
    private var entries: [Entry] = []

    /// Begins without any key; the records go to a new file in `directory`.
    ///
    /// - Throws: `FileError` when the file cannot be made.
    public init(in directory: String) throws(FileError) {
        self.file = try OutputFile(namelessIn: directory)
    }

    /// Adds a key, which has not been added before; its lease is left out.
    ///
    /// - Parameters:
    ///   - key: Not empty.
    ///   - value: What is stored.
    ///   - metadata: The mod revision must be 1 or more. A create revision or a version that no key of etcd has with
    ///     it gives way to the nearest one that can be.
    /// - Throws: `FileError` when the file cannot be written.
    public mutating func append(
        key: [UInt8],
        value: [UInt8],
        _ metadata: KeyMetadata
    ) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + value.count + 48)
        _ = message.appendKeyValue(key: key.span.bytes, value: value.span.bytes, metadata.possible)
        self.entries.append(
            Entry(
                revision: metadata.modRevision,
                offset: self.file.byteCount,
                byteCount: message.bytes.count
            )
        )
        try self.file.append(message.bytes)
    }

    /// The database of all that was added, whose newest and compact revision is `revision`.
    ///
    /// - Throws: `FileError` when the records cannot be written or mapped.
    public consuming func image(at revision: Int64) throws(FileError) -> DatabaseImage {
        let records = try self.file.mapped()
        let entries = self.entries.sorted { ($0.revision, $0.offset) < ($1.revision, $1.offset) }
        var image = DatabaseImage(source: nil)
        image.appendedRecords = { (append) throws(StorageError) in
            try records.withBytes { (bytes) throws(StorageError) in
                var previous = RevisionKey(main: 0, sub: 0)
                for entry in entries {
                    let sub = entry.revision == previous.main ? previous.sub + 1 : 0
                    previous = RevisionKey(main: entry.revision, sub: sub)
                    try append(previous, bytes.extracting(entry.offset..<entry.offset + entry.byteCount))
                }
            }
            do throws(FileError) {
                try records.checkUnchanged()
            } catch {
                throw StorageError(.file(error), path: records.path)
            }
        }
        for name in BucketName.allCases where name != .key { image.smallBuckets[name] = .kept }
        // As a new cluster of one has them, which has applied its member, its attributes and its version.
        image.smallBuckets[.meta] = .meta(
            consistentIndex: 3,
            term: 2,
            scheduledCompaction: revision,
            finishedCompaction: revision
        )
        image.smallBuckets[.cluster] = .replaced(by: [Array("clusterVersion".utf8): Array("3.5.0".utf8)])
        return image
    }
}

extension KeyMetadata {
    /// The nearest numbers that a key of etcd can have, which changes at most once a revision; without the lease.
    fileprivate var possible: KeyMetadata {
        let isCreation = self.createRevision < 1 || self.createRevision >= self.modRevision
        let create = isCreation ? self.modRevision : self.createRevision
        let version = isCreation ? 1 : min(max(2, self.version), self.modRevision - create + 1)
        return KeyMetadata(createRevision: create, modRevision: self.modRevision, version: version, lease: 0)
    }
}
