import Bolt
import Files

/// Where the records of a keyspace's keys lie.
struct KeyRecords: Sendable {
    let file: MappedFile
    /// The database whose file it is; nil for the records of a live etcd.
    private let database: EtcdDatabase?

    init(of database: EtcdDatabase) {
        self.file = database.bolt.file
        self.database = database
    }

    /// Records in a file that holds nothing else.
    init(in file: MappedFile) {
        self.file = file
        self.database = nil
    }

    /// Calls `body` with the name of a key.
    func withKey<Result, Failure>(
        of entry: KeyIndex.Entry,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.file.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(entry.key)) }
    }

    /// Calls `body` with the bytes in which a key's record lies, and where in them.
    func withMessage<Result, Failure>(
        of entry: KeyIndex.Entry,
        _ body: (RawSpan, Range<Int>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.file.withBytes { (bytes) throws(Failure) in try body(bytes, entry.message) }
    }

    /// The revision that made this state of a key; nil when its bytes are none any more.
    func revision(of entry: KeyIndex.Entry) -> RevisionKey? {
        self.file.withBytes { RevisionKey(reading: $0, in: entry.offset..<entry.message.lowerBound) }
    }

    /// The error for a record that is damaged behind its key.
    func damage(at entry: KeyIndex.Entry) -> StorageError {
        let revision = self.revision(of: entry) ?? RevisionKey(main: 0, sub: 0)
        guard let database = self.database else {
            return StorageError(.badKeyValue(revision), path: self.file.path)
        }
        do throws(StorageError) {
            try database.checkUnchanged()
            let page = try database.page(ofRecordAt: entry.offset)
            return StorageError(.badKeyValue(revision), path: database.path, page: page)
        } catch {
            return error
        }
    }

    /// Throws when the file has become shorter since it was opened, so that what was read is not to be trusted.
    func checkUnchanged() throws(StorageError) {
        if let database = self.database { return try database.checkUnchanged() }
        do {
            try self.file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: self.file.path)
        }
    }
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
