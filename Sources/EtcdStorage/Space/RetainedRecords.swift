import Bolt
import Files

/// Everything that a database keeps of its keys, live or not, and where the bytes of its file are.
public struct RetainedRecords: Sendable {
    public let database: EtcdDatabase
    /// Where the bytes of the file are.
    public let file: FileSpace
    /// Every key of which there is a record, in order: live ones at their state, deleted ones at their last, which is
    /// empty where only the deletion is left.
    public let keyspace: Keyspace
    /// What is kept of each key, by its position in ``keyspace``.
    public let keys: [RetainedKey]
    /// What belongs to no key and no time.
    public let malformedKeys: MalformedKeys

    /// The records, in order of revision.
    let chunks: [RetainedChunk]
    /// For each record its key's position.
    let positionOfRecord: [UInt32]
}

extension EtcdDatabase {
    /// Walks all leaves once, and accounts for every byte of the file.
    ///
    /// - Throws: `.damagedPages` when pages do not go together, `.badKeyValue`, `.revisionOutOfOrder`, `.bolt`.
    public func retainedRecords() throws(StorageError) -> RetainedRecords {
        let compactRevision = try StoreFacts(reading: self).compactRevision
        let leafChunks = try LeafChunk.chunks(of: self, checkingEdges: true)
        let chunks = try concurrently(count: leafChunks.count) { (index) throws(StorageError) in
            try RetainedChunk(reading: leafChunks[index], of: self, compactRevision: compactRevision)
        }
        try self.requireSoundPages(leafChunks, chunks)
        var last: RevisionRecord?
        for chunk in chunks {
            if let first = chunk.first { try self.requireOrder(last, first) }
            last = chunk.last ?? last
        }
        let joined = JoinedKeys(of: chunks, in: self.bolt.file)
        let keyspace = Keyspace(
            LiveRecords(
                revision: max(1, compactRevision, last?.revision.main ?? 0),
                currentRevision: max(1, compactRevision, last?.revision.main ?? 0),
                lastRevision: last?.revision.main ?? 0,
                compactRevision: compactRevision,
                entries: joined.entries
            ),
            in: KeyRecords(of: self)
        )
        let ordered = joined.inOrder(of: keyspace)
        let file = try self.fileSpace(of: leafChunks, chunks, keyspace, ordered.keys)
        try self.checkUnchanged()
        return RetainedRecords(
            database: self,
            file: file,
            keyspace: keyspace,
            keys: ordered.keys,
            malformedKeys: chunks.reduce(into: MalformedKeys()) { $0.append($1.malformedKeys) },
            chunks: chunks,
            positionOfRecord: ordered.positionOfRecord
        )
    }

    private func requireSoundPages(
        _ leafChunks: [LeafChunk],
        _ chunks: [RetainedChunk]
    ) throws(StorageError) {
        let structure = StructureCheck(
            of: self.bolt,
            buckets: leafChunks.filter(\.isFirst).map(\.leaves),
            walks: chunks.map(\.walk)
        )
        try self.checkUnchanged()
        guard let first = structure.findings.first else { return }
        throw StorageError(
            .damagedPages(findings: structure.findingCount, first: first),
            path: self.path
        )
    }

    private func fileSpace(
        of leafChunks: [LeafChunk],
        _ chunks: [RetainedChunk],
        _ keyspace: Keyspace,
        _ keys: [RetainedKey]
    ) throws(StorageError) -> FileSpace {
        var space = FileSpace()
        var pages = try self.reading { () throws(BoltError) in try self.bolt.spaceOfBucketTree() }
        for (leafChunk, chunk) in zip(leafChunks, chunks) {
            pages.add(chunk.pages)
            if leafChunk.isFirst { pages.add(leafChunk.leaves.branches) }
            if leafChunk.isKeyBucket {
                space.otherRecords += chunk.otherByteCount
            } else {
                space.otherBuckets += chunk.otherByteCount
            }
        }
        for (entry, key) in zip(keyspace.entries, keys) { space.add(key, entry) }
        let freelistPages = try self.reading { () throws(BoltError) in try self.bolt.freelistPageCount() }
        let pageSize = self.bolt.pageSize
        space.structure = pages.structureByteCount
        space.slack = pages.pageCount * pageSize - space.inUse
        space.metaPages = (2 + freelistPages) * pageSize
        space.freePages = self.bolt.databaseByteCount - space.inUse
        space.behindDatabase = self.bolt.byteCount - self.bolt.databaseByteCount
        space.digest = self.bolt.file.byteCount - self.bolt.byteCount
        return space
    }
}

extension FileSpace {
    fileprivate mutating func add(_ key: RetainedKey, _ entry: KeyIndex.Entry) {
        self.history += key.historyByteCount
        self.tombstones += Int(key.tombstoneByteCount)
        guard key.isLive else { return }
        self.liveValues += Int(entry.valueCount)
        self.liveKeys += entry.recordByteCount - Int(entry.valueCount)
    }
}

/// Both halves of a database's keys.
private struct JoinedKeys {
    /// With the key's number in place of its hash, which ordering leaves as it is.
    private(set) var entries: [KeyIndex.Entry] = []
    private var keys: [RetainedKey] = []
    /// For each record the number of its key.
    private var keyOfRecord: [UInt32] = []

    init(of chunks: [RetainedChunk], in file: MappedFile) {
        var halves = concurrently(count: 2) { half in
            file.withBytes { RetainedKeys(half: half, of: chunks, in: $0) }
        }
        self.number(chunks, halves)
        let count = halves[0].entries.count + halves[1].entries.count
        self.entries.reserveCapacity(count)
        self.keys.reserveCapacity(count)
        for index in halves.indices {
            for var entry in halves[index].entries {
                entry.hash = UInt32(truncatingIfNeeded: self.entries.count)
                self.entries.append(entry)
            }
            self.keys += halves[index].keys
            // Both halves beside the whole would be the most memory of all.
            halves[index].removeAll()
        }
    }

    private mutating func number(_ chunks: [RetainedChunk], _ halves: [RetainedKeys]) {
        self.keyOfRecord.reserveCapacity(halves[0].keyOfRecord.count + halves[1].keyOfRecord.count)
        let offset = UInt32(truncatingIfNeeded: halves[0].entries.count)
        var next = (first: 0, second: 0)
        for chunk in chunks {
            for record in chunk.records {
                if record.entry.half == 0 {
                    self.keyOfRecord.append(halves[0].keyOfRecord[next.first])
                    next.first += 1
                } else {
                    self.keyOfRecord.append(halves[1].keyOfRecord[next.second] &+ offset)
                    next.second += 1
                }
            }
        }
    }

    /// The keys by their positions in `keyspace`, which holds the entries in order, and the position of each record's.
    func inOrder(of keyspace: Keyspace) -> (keys: [RetainedKey], positionOfRecord: [UInt32]) {
        var positions = [UInt32](repeating: 0, count: self.entries.count)
        var ordered: [RetainedKey] = []
        ordered.reserveCapacity(self.entries.count)
        for (position, entry) in keyspace.entries.enumerated() {
            positions[Int(entry.hash)] = UInt32(truncatingIfNeeded: position)
            ordered.append(self.keys[Int(entry.hash)])
        }
        return (ordered, self.keyOfRecord.map { positions[Int($0)] })
    }
}

// MARK: Reading once more

/// One of the records of a key.
public struct RetainedRecord: Hashable, Sendable {
    /// The key's position in ``RetainedRecords/keyspace``.
    public var position: Int
    /// Whether it is the key's state; otherwise it is history.
    public var isLive: Bool
}

/// A live key that hangs on a lease.
public struct LeasedKey: Hashable, Sendable {
    /// The key's position in ``RetainedRecords/keyspace``.
    public var position: Int
    public var lease: Int64

    public init(position: Int, lease: Int64) {
        self.position = position
        self.lease = lease
    }
}

extension RetainedRecords {
    /// The live keys that hang on leases, in order of their last changes.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func leasedKeys() throws(StorageError) -> [LeasedKey] {
        try self.forEachPut(startingWith: [LeasedKey](), where: { $0.isLive && $1.hasTail }) {
            leased,
            record,
            metadata,
            _ in
            guard metadata.lease != 0 else { return }
            leased.append(LeasedKey(position: record.position, lease: metadata.lease))
        }.flatMap(\.self)
    }

    /// The positions of the keys that were put last, the newest first.
    ///
    /// - Parameter limit: How many of the last puts are looked at.
    /// - Returns: Each once.
    public func newestPositions(limit: Int) -> [Int] {
        var positions: [Int] = []
        var seen: Set<Int> = []
        var left = limit
        var ordinal = self.positionOfRecord.count
        for chunk in self.chunks.reversed() {
            for record in chunk.records.reversed() {
                ordinal -= 1
                guard !record.entry.isTombstone else { continue }
                guard left > 0 else { return positions }
                left -= 1
                let position = Int(self.positionOfRecord[ordinal])
                if seen.insert(position).inserted { positions.append(position) }
            }
        }
        return positions
    }

    /// Calls `body` with every record that is no deletion, and its value, on all processors.
    ///
    /// - Parameters:
    ///   - start: What `body` adds to.
    ///   - body: Adds a record; called on several threads at once, each with its own value.
    /// - Returns: What was made of some thousand records each, in their order.
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func forEachValue<Made: Sendable>(
        startingWith start: Made,
        _ body: @Sendable (inout Made, RetainedRecord, RawSpan) -> Void
    ) throws(StorageError) -> [Made] {
        try self.forEachPut(startingWith: start, where: { _, _ in true }) { made, record, _, value in
            body(&made, record, value)
        }
    }

    private func forEachPut<Made: Sendable>(
        startingWith start: Made,
        where isWanted: @Sendable (RetainedRecord, KeyIndex.Entry) -> Bool,
        _ body: @Sendable (inout Made, RetainedRecord, KeyMetadata, RawSpan) -> Void
    ) throws(StorageError) -> [Made] {
        let firsts = self.chunks.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.records.count) }
        let made = try concurrently(count: self.chunks.count) { (index) throws(StorageError) in
            var made = start
            try self.database.bolt.file.withBytes { (bytes) throws(StorageError) in
                for (place, record) in self.chunks[index].records.enumerated() {
                    guard !record.entry.isTombstone else { continue }
                    let found = self.record(record, at: firsts[index] + place)
                    guard isWanted(found, record.entry) else { continue }
                    guard let keyValue = KeyValue(reading: bytes, in: record.entry.message) else {
                        throw self.keyspace.records.damage(at: record.entry)
                    }
                    body(&made, found, keyValue.metadata, bytes.extracting(keyValue.value))
                }
            }
            return made
        }
        try self.database.checkUnchanged()
        return made
    }

    func record(_ record: RetainedChunk.Record, at ordinal: Int) -> RetainedRecord {
        let position = Int(self.positionOfRecord[ordinal])
        let isNewest = self.keyspace.entries[position].offset == record.entry.offset
        return RetainedRecord(position: position, isLive: isNewest && self.keys[position].isLive)
    }
}
