public import Files
import ProtobufWire
import Synchronization

/// One of Gardener's delta files, which is unpacked when its turn comes.
public struct DeltaFile: Sendable {
    public var name: GardenerFileName
    /// What errors name.
    public var path: String
    /// Unpacks it.
    public var open: @Sendable () throws(StorageError) -> MappedFile

    public init(
        name: GardenerFileName,
        path: String,
        open: @escaping @Sendable () throws(StorageError) -> MappedFile
    ) {
        self.name = name
        self.path = path
        self.open = open
    }
}

/// What came of merging delta files with a full snapshot.
public struct MergedDeltas: Hashable, Sendable {
    /// The newest revision now.
    public var revision: Int64
    /// Delta files that were read.
    public var fileCount = 0
    /// Puts and deletions that were added.
    public var changeCount = 0
    /// Puts whose lease the full snapshot does not have; they have none now.
    public var putsWithoutLease = 0
}

extension EtcdDatabase {
    /// Writes this database with the changes of delta files into a new file; a digest is behind it when this database
    /// has one, which was compared.
    ///
    /// The changes keep their revisions, so that history goes on. Leases and all else are those of this database.
    ///
    /// - Parameters:
    ///   - deltas: By ascending revision; changes that this database has already are passed over.
    ///   - last: The last revision that is taken, behind which no file is opened; nil for all.
    ///   - file: The new file.
    /// - Returns: What was added.
    /// - Throws: `.changes` when a revision is missing or a file is not what its name says; `.digestMismatch`; what
    ///   opening a delta throws; damage in this database.
    public func merge(
        _ deltas: [DeltaFile],
        upTo last: Int64?,
        into file: OutputFile
    ) throws(StorageError) -> MergedDeltas {
        let facts = try StoreFacts(reading: self)
        let revision = max(1, try self.lastRevision(), facts.compactRevision)
        let state = Mutex(DeltaMerge(after: revision, upTo: last, leases: Set(facts.leases.map(\.id))))
        var image = DatabaseImage(source: self)
        image.appendedRecords = { (append) throws(StorageError) in
            for delta in deltas {
                let known = state.withLock(\.merged.revision)
                if let last, known >= last { return }
                let events = try DeltaEvents(try delta.open(), path: delta.path, after: known)
                try state.withLock { (merge) throws(StorageError) in
                    try merge.add(events, of: delta, append)
                }
            }
        }
        if self.storedDigest == nil {
            _ = try image.writeDatabase(to: file)
        } else {
            _ = try image.writeSnapshot(to: file)
        }
        return state.withLock { $0.merged }
    }
}

/// The way through the delta files.
private struct DeltaMerge {
    private(set) var merged: MergedDeltas
    private let last: Int64?
    private let leases: Set<Int64>

    init(after revision: Int64, upTo last: Int64?, leases: Set<Int64>) {
        self.merged = MergedDeltas(revision: revision)
        self.last = last
        self.leases = leases
    }

    mutating func add(
        _ events: DeltaEvents,
        of delta: DeltaFile,
        _ append: DatabaseImage.RecordReceiver
    ) throws(StorageError) {
        let known = self.merged.revision
        var sub: Int64 = 0
        var isCut = false
        self.merged.fileCount += 1
        try events.forEach { (event) throws(StorageError) in
            let main = event.metadata.modRevision
            if main <= known { return true }
            guard main == self.merged.revision || main == self.merged.revision + 1 else {
                throw events.error(
                    "revision \(main) follows revision \(self.merged.revision): what is between them is missing"
                )
            }
            if let last = self.last, main > last {
                isCut = true
                return false
            }
            sub = main == self.merged.revision ? sub + 1 : 0
            self.merged.revision = main
            self.merged.changeCount += 1
            let key = RevisionKey(main: main, sub: sub, isTombstone: event.isDeletion)
            let message = self.message(of: event)
            try append(key, message.span.bytes)
            return true
        }
        guard isCut || self.merged.revision == max(known, delta.name.lastRevision) else {
            throw events.error(
                "it ends at revision \(self.merged.revision), and its name says \(delta.name.lastRevision)"
            )
        }
    }

    /// The record's message; a lease that there is not is left out.
    private mutating func message(of event: DeltaEvents.Event) -> [UInt8] {
        var writer = ProtobufWriter(capacity: event.key.count + event.value.count + 48)
        if event.isDeletion {
            _ = writer.appendTombstone(key: event.key.span.bytes)
        } else {
            var metadata = event.metadata
            if metadata.lease != 0, !self.leases.contains(metadata.lease) {
                metadata.lease = 0
                self.merged.putsWithoutLease += 1
            }
            _ = writer.appendKeyValue(key: event.key.span.bytes, value: event.value.span.bytes, metadata)
        }
        return writer.bytes
    }
}
