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

    /// The records, in order of revision, some thousand each.
    let records: [[KeptRecord]]
}

/// Where a record of a key lies, 16 bytes in memory.
struct KeptRecord: Sendable {
    /// The offset, and two bits.
    private var place: UInt64
    /// Length of the message, in bytes.
    var messageByteCount: UInt32
    /// The key's number, and in the end its position.
    var key: UInt32

    init(_ entry: KeyIndex.Entry, key: UInt32) {
        self.place =
            UInt64(truncatingIfNeeded: entry.offset) << 2 | (entry.hasTail ? 2 : 0)
            | (entry.isTombstone ? 1 : 0)
        self.messageByteCount = entry.messageCount
        self.key = key
    }

    /// File offset of the revision.
    var offset: Int { Int(truncatingIfNeeded: self.place >> 2) }
    var hasTail: Bool { self.place & 2 != 0 }
    var isTombstone: Bool { self.place & 1 != 0 }

    /// Of the revision, in bytes.
    private var revisionByteCount: Int {
        self.isTombstone ? RevisionKey.tombstoneByteCount : RevisionKey.byteCount
    }

    var message: Range<Int> {
        let start = self.offset + self.revisionByteCount
        return start..<start + Int(self.messageByteCount)
    }

    /// Revision and message, in bytes.
    var byteCount: Int { self.revisionByteCount + Int(self.messageByteCount) }
}

extension EtcdDatabase {
    /// Walks all leaves once, and accounts for every byte of the file.
    ///
    /// - Throws: `.damagedPages` when pages do not go together, `.badKeyValue`, `.revisionOutOfOrder`, `.bolt`.
    public func retainedRecords() throws(StorageError) -> RetainedRecords {
        let compactRevision = try StoreFacts(reading: self).compactRevision
        let leafChunks = try LeafChunk.chunks(of: self, checkingEdges: true)
        var chunks = try concurrently(count: leafChunks.count) { (index) throws(StorageError) in
            try RetainedChunk(reading: leafChunks[index], of: self, compactRevision: compactRevision)
        }
        try self.requireSoundPages(leafChunks, chunks)
        var last: RevisionRecord?
        for chunk in chunks {
            if let first = chunk.first { try self.requireOrder(last, first) }
            last = chunk.last ?? last
        }
        var joined = JoinedKeys(of: &chunks, in: self.bolt.file)
        let keyspace = Keyspace(
            LiveRecords(
                revision: max(1, compactRevision, last?.revision.main ?? 0),
                currentRevision: max(1, compactRevision, last?.revision.main ?? 0),
                lastRevision: last?.revision.main ?? 0,
                compactRevision: compactRevision,
                entries: joined.takeEntries()
            ),
            in: KeyRecords(of: self)
        )
        joined.arrange(as: keyspace)
        let file = try self.fileSpace(of: leafChunks, chunks, keyspace, joined.keys)
        try self.checkUnchanged()
        return RetainedRecords(
            database: self,
            file: file,
            keyspace: keyspace,
            keys: joined.keys,
            malformedKeys: chunks.reduce(into: MalformedKeys()) { $0.append($1.malformedKeys) },
            records: joined.records
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

/// All keys of a database, and its records.
///
/// There may be millions, so that nothing is there twice: of each record only what is read later is kept, and what is
/// put in order is so where it is.
private struct JoinedKeys {
    /// With the key's number in place of its hash, which ordering leaves as it is.
    private var entries: [KeyIndex.Entry] = []
    /// By the keys' numbers, and in the end in order.
    private(set) var keys: [RetainedKey] = []
    private(set) var records: [[KeptRecord]] = []

    /// Takes the records of the chunks away.
    init(of chunks: inout [RetainedChunk], in file: MappedFile) {
        var halves = Self.halves(of: chunks, in: file)
        self.takeRecords(of: &chunks, &halves)
        var second = halves.removeLast()
        var first = halves.removeLast()
        first.append(&second)
        (self.entries, self.keys) = (consume first).taken()
        for index in self.entries.indices {
            self.entries[index].hash = UInt32(truncatingIfNeeded: index)
        }
    }

    private static func halves(of chunks: [RetainedChunk], in file: MappedFile) -> [RetainedKeys] {
        concurrently(count: 2) { half in
            file.withBytes { RetainedKeys(half: half, of: chunks, in: $0) }
        }
    }

    private mutating func takeRecords(of chunks: inout [RetainedChunk], _ halves: inout [RetainedKeys]) {
        let offset = UInt32(truncatingIfNeeded: halves[0].entries.count)
        let (first, second) = (halves[0].takeKeyOfRecord(), halves[1].takeKeyOfRecord())
        var next = (first: 0, second: 0)
        for index in chunks.indices {
            self.records.append(
                chunks[index].takeRecords().map { record in
                    if record.entry.half == 0 {
                        next.first += 1
                        return KeptRecord(record.entry, key: first[next.first - 1])
                    }
                    next.second += 1
                    return KeptRecord(record.entry, key: second[next.second - 1] &+ offset)
                }
            )
        }
    }

    /// Takes the entries away, so that they can be put in order where they are.
    mutating func takeEntries() -> [KeyIndex.Entry] {
        defer { self.entries = [] }
        return self.entries
    }

    /// Puts the keys in the order of `keyspace`, which holds their entries, and numbers the records' keys so.
    mutating func arrange(as keyspace: Keyspace) {
        let numbers = keyspace.entries.map(\.hash)
        var positions = [UInt32](repeating: 0, count: numbers.count)
        for (position, number) in numbers.enumerated() {
            positions[Int(number)] = UInt32(truncatingIfNeeded: position)
        }
        for chunk in self.records.indices {
            for place in self.records[chunk].indices {
                self.records[chunk][place].key = positions[Int(self.records[chunk][place].key)]
            }
        }
        self.keys.arrange(by: consume numbers)
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
        try self.forEachPut(startingWith: [LeasedKey](), where: { $0.isLive && $1 }) {
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
        for records in self.records.reversed() {
            for record in records.reversed() where !record.isTombstone {
                guard left > 0 else { return positions }
                left -= 1
                let position = Int(record.key)
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
        where isWanted: @Sendable (RetainedRecord, _ hasTail: Bool) -> Bool,
        _ body: @Sendable (inout Made, RetainedRecord, KeyMetadata, RawSpan) -> Void
    ) throws(StorageError) -> [Made] {
        let made = try concurrently(count: self.records.count) { (index) throws(StorageError) in
            var made = start
            try self.database.bolt.file.withBytes { (bytes) throws(StorageError) in
                for record in self.records[index] where !record.isTombstone {
                    let found = self.found(record)
                    guard isWanted(found, record.hasTail) else { continue }
                    guard let keyValue = KeyValue(reading: bytes, in: record.message) else {
                        throw self.damage(at: record)
                    }
                    body(&made, found, keyValue.metadata, bytes.extracting(keyValue.value))
                }
            }
            return made
        }
        try self.database.checkUnchanged()
        return made
    }

    func found(_ record: KeptRecord) -> RetainedRecord {
        let position = Int(record.key)
        let isNewest = self.keyspace.entries[position].offset == record.offset
        return RetainedRecord(position: position, isLive: isNewest && self.keys[position].isLive)
    }

    private func damage(at record: KeptRecord) -> StorageError {
        var entry = self.keyspace.entries[Int(record.key)]
        entry.offset = record.offset
        entry.messageCount = record.messageByteCount
        entry.isTombstone = record.isTombstone
        return self.keyspace.records.damage(at: entry)
    }
}
