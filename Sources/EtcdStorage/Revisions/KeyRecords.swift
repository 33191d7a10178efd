import Bolt
import Files

/// Where the records of a keyspace's keys lie: in a mapped file, among changes in memory, or in a second file that holds
/// those of a member's log.
struct KeyRecords: Sendable {
    /// Nil when all records are changes.
    private let file: MappedFile?
    /// The database whose file it is; nil for the records of a live etcd.
    private let database: EtcdDatabase?
    private let changes: [Change]
    /// Nil where nothing was read of a log.
    private var logged: MappedFile?

    init(of database: EtcdDatabase) {
        self.init(of: database, changes: [])
    }

    /// The records of a database, and changes over it.
    init(of database: EtcdDatabase?, changes: [Change]) {
        self.file = database?.bolt.file
        self.database = database
        self.changes = changes
    }

    /// Records in a file that holds nothing else.
    init(in file: MappedFile) {
        self.file = file
        self.database = nil
        self.changes = []
    }

    /// The same with the records of a member's log beside them.
    func adding(_ logged: MappedFile) -> KeyRecords {
        var records = self
        records.logged = logged
        return records
    }

    /// The file in which a record lies; nil for a change in memory.
    private func file(of entry: KeyIndex.Entry) -> MappedFile? {
        if entry.isChange { return nil }
        return entry.isLogged ? self.logged : self.file
    }

    /// Calls `body` with the bytes in which a key's record lies, and where in them its KeyValue message is.
    func withMessage<Result, Failure>(
        of entry: KeyIndex.Entry,
        _ body: (RawSpan, Range<Int>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let file = self.file(of: entry) else {
            return try self.changes[entry.offset].withMessage { (message) throws(Failure) in
                try body(message, entry.message)
            }
        }
        return try file.withBytes { (bytes) throws(Failure) in try body(bytes, entry.message) }
    }

    /// Calls `body` with the name of a key.
    func withKey<Result, Failure>(
        of entry: KeyIndex.Entry,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.withMessage(of: entry) { (bytes, _) throws(Failure) in
            try body(bytes.extracting(entry.key))
        }
    }

    /// The revision that made this state of a key; nil when its bytes are none any more.
    func revision(of entry: KeyIndex.Entry) -> RevisionKey? {
        guard !entry.isChange else { return self.changes[entry.offset].revision }
        return self.file(of: entry)?.withBytes {
            RevisionKey(reading: $0, in: entry.offset..<entry.message.lowerBound)
        }
    }

    /// The error for a record that is damaged behind its key.
    func damage(at entry: KeyIndex.Entry) -> StorageError {
        let revision = self.revision(of: entry) ?? RevisionKey(main: 0, sub: 0)
        let key = self.withKey(of: entry) { $0.withUnsafeBytes { Array($0) } }
        do throws(StorageError) {
            try self.checkUnchanged()
            let page = entry.isLogged ? nil : try self.database?.page(ofRecordAt: entry.offset)
            return StorageError(.badKeyValue(revision), path: self.path, page: page, key: key)
        } catch {
            return error
        }
    }

    /// What errors name.
    var path: String { self.database?.path ?? self.file?.path ?? "a store in memory" }

    /// Throws when the file has become shorter since it was opened, so that what was read is not to be trusted.
    func checkUnchanged() throws(StorageError) {
        if let database = self.database { return try database.checkUnchanged() }
        guard let file = self.file else { return }
        do {
            try file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: file.path)
        }
    }
}

/// The bytes of all records, for as long as a closure runs: a copy counts no references, which two processors that
/// look at many keys would wait for.
struct RecordBytes {
    fileprivate let file: UnsafeRawBufferPointer
    fileprivate let logged: UnsafeRawBufferPointer
    fileprivate let changes: UnsafeBufferPointer<Change>

    /// Calls `body` with the name of a key.
    func withKey<Result>(of entry: KeyIndex.Entry, _ body: (RawSpan) -> Result) -> Result {
        guard !entry.isChange else { return self.changes[entry.offset].withKey(body) }
        return body((entry.isLogged ? self.logged : self.file).bytes.extracting(entry.key))
    }

    /// Calls `body` with the KeyValue message of a key.
    func withMessage<Result>(of entry: KeyIndex.Entry, _ body: (RawSpan) -> Result) -> Result {
        guard !entry.isChange else {
            return self.changes[entry.offset].withMessage(body)
        }
        return body((entry.isLogged ? self.logged : self.file).bytes.extracting(entry.message))
    }

    /// Whether a record here and one of `other` are one record of one file.
    func isSameRecord(_ entry: KeyIndex.Entry, _ otherEntry: KeyIndex.Entry, of other: RecordBytes) -> Bool {
        !entry.isChange && !otherEntry.isChange && !entry.isLogged && !otherEntry.isLogged
            && entry.offset == otherEntry.offset
            && self.file.baseAddress == other.file.baseAddress && self.file.count == other.file.count
    }

    /// Begins to fetch the name of a key that will be asked for soon.
    func prefetchKey(of entry: KeyIndex.Entry) {
        guard !entry.isChange, !entry.isLogged, let base = self.file.baseAddress else { return }
        prefetch(base + entry.key.lowerBound)
        prefetch(base + entry.key.upperBound)
    }
}

extension KeyRecords {
    /// Calls `body` with the bytes of all records.
    func withRecordBytes<Result>(_ body: (RecordBytes) -> Result) -> Result {
        withBytes(of: self.file) { file in
            withBytes(of: self.logged) { logged in
                self.changes.withUnsafeBufferPointer { changes in
                    body(RecordBytes(file: file, logged: logged, changes: changes))
                }
            }
        }
    }
}

private func withBytes<Result>(of file: MappedFile?, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    guard let file else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return file.withBytes { $0.withUnsafeBytes { body($0) } }
}

extension EtcdDatabase {
    /// The leaf of bucket `key` on which the record lies whose revision key is at a file offset.
    fileprivate func page(ofRecordAt offset: Int) throws(StorageError) -> PageID? {
        guard let bucket = try self.bucket(.key) else { return nil }
        return try self.bolt.file.withBytes { (bytes) throws(StorageError) in
            try self.reading { () throws(BoltError) in
                let leaves = try self.bolt.leaves(of: bucket)
                for index in 0..<leaves.count {
                    let leaf = try leaves.leaf(at: index, of: self.bolt, in: bytes)
                    if try leaf.extent(in: bytes)?.contains(offset) == true { return leaf.page }
                }
                return nil
            }
        }
    }
}
