import Crypto
import KineStorage

@testable import Bolt
@testable import EtcdStorage
@testable import Files

/// The targets that read databases.
extension FuzzRun {
    /// The changes that are merged ascend, and what is written of them is sound but for histories that lie.
    func deltas(_ bytes: RawSpan) throws(BrokenPromise) {
        let text = bytes.withUnsafeBytes { Array($0) }
        let file = try memoryFile(text + SHA256.hash(data: text))
        guard let revisions = try revisions(of: file), let last = revisions.last,
            var name = GardenerFileName("Incr-00000002-00000002-0")
        else { return }
        name.lastRevision = last
        let delta = DeltaFile(name: name, path: "delta") { file }
        let output = try memoryOutput()
        guard let merged = try? emptyDatabase().merge([delta], upTo: nil, into: output) else { return }
        let new = revisions.filter { $0 > 1 }
        guard zip([1] + new, new).allSatisfy({ $1 == $0 || $1 == $0 + 1 }),
            merged.changeCount == new.count, merged.revision == new.last ?? 1
        else { throw BrokenPromise("changes at \(new) are merged to \(merged)") }
        let (_, check) = try checked(output)
        guard check.structure.findingCount == 0, check.findings.allSatisfy(\.reason.isHistory),
            check.recordCount == merged.changeCount
        else { throw BrokenPromise("merged changes make an unsound database: \(firstFinding(of: check))") }
    }

    /// The keys that are shown ascend and are no longer than the file; a database that is made of them is sound.
    mutating func sqlite(_ bytes: RawSpan) throws(BrokenPromise) {
        let directory = try self.directory()
        let path = directory.path + "/state.db"
        removeTree(path: path)
        do throws(FileError) {
            let file = try OutputFile(creating: path)
            try file.append(bytes)
            try file.close()
        } catch { throw BrokenPromise("no file for SQLite: \(error)") }
        let kine = KineDatabase(path: path, scratchDirectory: directory.path)
        let keyspace: Keyspace
        do { keyspace = try kine.keyspace(at: nil) } catch { return _ = error.description }
        try requireOrder(of: keyspace, within: bytes.byteCount)
        if let earlier = try? kine.keyspace(at: keyspace.revision - 1) {
            try requireOrder(of: earlier, within: bytes.byteCount)
        }
        guard let database = try? kine.database(at: nil) else { return }
        let check: StorageCheck
        do { check = try StorageCheck(of: database) } catch {
            throw BrokenPromise("it is not read: \(error)")
        }
        guard check.isSound, check.liveKeyCount == keyspace.count else {
            throw BrokenPromise(
                "\(keyspace.count) keys make \(check.liveKeyCount), \(firstFinding(of: check))"
            )
        }
    }

    /// What is saved can be written, and the new database is sound and holds what the report says; of a sound database
    /// nothing is lost.
    ///
    /// The checksums of both meta pages are put right.
    func salvage(_ bytes: RawSpan) throws(BrokenPromise) {
        var damaged = bytes.withUnsafeBytes { Array($0) }
        putMetaChecksumsRight(in: &damaged)
        let file = try memoryFile(damaged)
        try requireSpace(of: file)
        let salvaged = SalvagedDatabase(of: file)
        if let count = soundRecordCount(of: file) {
            guard salvaged?.report.origin == .newestState, salvaged?.report.recordCount == count else {
                throw BrokenPromise(
                    "of \(count) sound records is saved: \(String(describing: salvaged?.report))"
                )
            }
        }
        guard let salvaged else { return }
        let output = try memoryOutput()
        do { _ = try salvaged.image.writeSnapshot(to: output) } catch {
            throw BrokenPromise("what was saved cannot be written: \(error)")
        }
        let (database, check) = try checked(output)
        guard check.isSound else {
            throw BrokenPromise("what was saved is unsound: \(firstFinding(of: check))")
        }
        let report = salvaged.report
        guard check.recordCount == report.recordCount, check.liveKeyCount == report.keyCount,
            let facts = try? StoreFacts(reading: database), facts.compactRevision == report.compactRevision
        else { throw BrokenPromise("what was saved is not what its report says") }
    }

    /// A directory that is removed with the run.
    mutating func directory() throws(BrokenPromise) -> ScratchDirectory {
        if let directory = self.scratchDirectory { return directory }
        do throws(FileError) {
            let directory = try ScratchDirectory(in: memoryDirectory, purpose: "fuzzing")
            self.scratchDirectory = directory
            return directory
        } catch { throw BrokenPromise("no directory: \(error)") }
    }
}

/// Where files lie in memory.
let memoryDirectory = "/dev/shm"

/// A file without a name, in memory.
func memoryOutput() throws(BrokenPromise) -> OutputFile {
    do { return try OutputFile(namelessIn: memoryDirectory) } catch {
        throw BrokenPromise("no file: \(error)")
    }
}

/// The same with these bytes.
func memoryFile(_ bytes: [UInt8]) throws(BrokenPromise) -> MappedFile {
    let output = try memoryOutput()
    do throws(FileError) {
        try output.append(bytes)
        return try output.mapped()
    } catch { throw BrokenPromise("no file: \(error)") }
}

/// The revisions of the changes in a delta file; nil when it is refused.
func revisions(of file: MappedFile) throws(BrokenPromise) -> [Int64]? {
    var revisions: [Int64] = []
    var impossible: DeltaEvents.Event?
    do throws(StorageError) {
        try DeltaEvents(file, path: "delta", after: 0).forEach { event in
            if !event.isPossible { impossible = event }
            revisions.append(event.metadata.modRevision)
            return true
        }
    } catch {
        _ = error.description
        return nil
    }
    if let impossible { throw BrokenPromise("no etcd has the change \(impossible)") }
    return revisions
}

extension DeltaEvents.Event {
    fileprivate var isPossible: Bool {
        guard !self.key.isEmpty, self.metadata.modRevision >= 1 else { return false }
        if self.isDeletion { return self.value.isEmpty && self.metadata.createRevision == 0 }
        return (1...self.metadata.modRevision).contains(self.metadata.createRevision)
            && self.metadata.version >= 1
    }
}

extension StorageFinding.Reason {
    /// Whether it says that numbers of a change do not go with those of the change before.
    fileprivate var isHistory: Bool {
        switch self {
        case .createRevisionDiffers, .versionDiffers, .impossibleHistory, .tombstoneOfNothing: true
        default: false
        }
    }
}

/// A database without a key.
private func emptyDatabase() throws -> EtcdDatabase { try empty.get() }

private let empty = Result {
    let output = try OutputFile(namelessIn: memoryDirectory)
    _ = try DatabaseImage(source: nil).writeDatabase(to: output)
    return try EtcdDatabase(unpacked: output.mapped(), from: "empty")
}

/// The database in a new file, and its check.
func checked(_ output: OutputFile) throws(BrokenPromise) -> (EtcdDatabase, StorageCheck) {
    do {
        let database = try EtcdDatabase(unpacked: output.mapped(), from: "new")
        return (database, try StorageCheck(of: database))
    } catch { throw BrokenPromise("the new database is not read: \(error)") }
}

/// The parts of a database's file are the file, where it can be read at all.
private func requireSpace(of file: MappedFile) throws(BrokenPromise) {
    guard let database = try? EtcdDatabase(unpacked: file, from: "database"),
        let space = try? database.retainedRecords().file
    else { return }
    guard space.total == file.byteCount, space.slack >= 0, space.freePages >= 0 else {
        throw BrokenPromise("the parts of \(file.byteCount) bytes are not these: \(space)")
    }
}

/// How many records a database holds; nil when it is not sound, or has revisions that no cluster reaches.
func soundRecordCount(of file: MappedFile) -> Int? {
    guard let database = try? EtcdDatabase(unpacked: file, from: "database"),
        let check = try? StorageCheck(of: database), check.isSound,
        let revision = try? database.lastRevision(), revision <= .max / 2
    else { return nil }
    return check.recordCount
}

func firstFinding(of check: StorageCheck) -> String {
    check.structure.findings.first?.explanation ?? check.findings.first?.explanation ?? "without a finding"
}

func requireOrder(of keyspace: Keyspace, within byteCount: Int) throws(BrokenPromise) {
    var previous: [UInt8] = []
    var sum = 0
    for position in 0..<keyspace.count {
        let key = keyspace.bytes(of: keyspace[position])
        guard previous.lexicographicallyPrecedes(key) else {
            throw BrokenPromise("\(key) follows \(previous)")
        }
        previous = key
        sum += key.count + keyspace[position].valueByteCount
    }
    guard sum <= byteCount else { throw BrokenPromise("\(byteCount) bytes hold \(sum) of keys and values") }
}

/// Makes the checksums of both meta pages right: bytes at random have none that is.
func putMetaChecksumsRight(in bytes: inout [UInt8]) {
    guard bytes.count >= PageHeader.byteCount + Meta.byteCount else { return }
    let first = bytes.span.bytes.littleEndian(UInt32.self, at: PageHeader.byteCount + 8)
    let pageSize = Meta.pageSizes.contains(Int(first)) ? Int(first) : Meta.pageSizes.lowerBound
    for start in [PageHeader.byteCount, pageSize + PageHeader.byteCount]
    where start + Meta.byteCount <= bytes.count {
        let end = start + Meta.byteCount
        let checksum = fnv1a64(bytes.span.bytes.extracting(start..<end - 8))
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(end - 8..<end, with: $0) }
    }
}
