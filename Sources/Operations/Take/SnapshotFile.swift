import Bolt
import EtcdClient
import EtcdStorage
import Files
import FoundationEssentials
import Synchronization

/// The file that a snapshot is written to, until it is proved and gets its name.
///
/// One task writes it; the lock makes that certain.
final class SnapshotFile: Sendable {
    private struct State {
        var staged: StagedFile
        var hasher = SnapshotHasher()
    }

    private let state: Mutex<State>
    private let request: TakeRequest

    /// Begins the file under a temporary name.
    ///
    /// - Throws: `.exists`, `.notARegularFile`, `.parentMissing`, `.interrupted` or `.system`.
    init(for request: TakeRequest) throws(FileError) {
        let staged = try StagedFile(
            destination: request.destination.provisionalPath,
            replacing: request.replacing
        )
        self.state = Mutex(State(staged: staged))
        self.request = request
    }

    func append(_ bytes: [UInt8]) throws(FileError) {
        try self.state.withLock { state throws(FileError) in
            state.hasher.update(bytes)
            try state.staged.output.append(bytes)
        }
    }

    /// Compares the digest, reads the file back from the disk's cache and checks it.
    ///
    /// - Returns: The digest, the number of bytes and what the file says.
    /// - Throws: ``TakeError``, or `FileError` of the disk.
    func prove(said: MemberStatus) throws -> (digest: [UInt8], byteCount: UInt64, status: SnapshotStatus) {
        try self.state.withLock { state in
            let digest = try state.hasher.digest()
            try state.staged.output.synchronize()
            let status = try provenStatus(path: state.staged.output.path, said: said)
            return (digest, state.hasher.byteCount, status)
        }
    }

    /// Gives the file its name.
    func commit(as path: String) throws(FileError) {
        try self.state.withLock { state throws(FileError) in try state.staged.commit(as: path) }
    }

    /// Removes the file.
    func discard() {
        self.state.withLock { $0.staged.discard() }
    }
}

/// Checks the file at `path` from its pages to its histories.
private func provenStatus(path: String, said: MemberStatus) throws -> SnapshotStatus {
    do {
        let (database, check) = try provedSnapshot(path: path)
        let facts = try StoreFacts(reading: database)
        let status = try SnapshotStatus(of: database, facts: facts, check: check)
        // A revision that was compacted away with its key was there nevertheless; a new store is at 1.
        let revision = max(status.revision, facts.compactRevision, 1)
        guard revision >= said.revision else {
            throw TakeError.behind(revision: revision, said: said.revision)
        }
        return status
    } catch let error as StorageError {
        if case .file(let error) = error.reason { throw error }
        throw TakeError.unreadable(error.reason)
    }
}

/// Opens a snapshot that has just come, and checks it from its pages to its histories.
///
/// - Throws: `TakeError.unsound`; `StorageError` when it cannot be opened or read.
private func provedSnapshot(path: String) throws -> (database: EtcdDatabase, check: StorageCheck) {
    let database = try EtcdDatabase(path: path, locking: .none)
    let check = try StorageCheck(of: database)
    try requireSoundSnapshot(check)
    return (database, check)
}

/// Throws `.unsound` for a snapshot in which something was found.
func requireSoundSnapshot(_ check: StorageCheck) throws(TakeError) {
    // What only a later etcd knows does not keep anybody from having a backup.
    let findings = check.findings.filter { !$0.mayBeNewer }
    guard check.structure.findingCount > 0 || !findings.isEmpty else { return }
    let first = check.structure.findings.first?.explanation ?? findings.first?.explanation
    throw TakeError.unsound(
        findings: check.findingCount + check.structure.findingCount,
        first: first ?? "unknown"
    )
}
