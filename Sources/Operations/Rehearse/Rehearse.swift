import Bolt
import ClusterChecks
public import EtcdStorage
import Files
import FoundationEssentials
import KubernetesRegistry

/// Rehearses the return of a snapshot: verifies it, restores it aside, serves it, reads it back, takes a
/// snapshot of it, and looks at it as Kubernetes would.
public struct Rehearse: Sendable {
    private let request: RehearsalRequest
    private let progress: @Sendable (RehearsalProgress) -> Void
    private let database: EtcdDatabase
    private let facts: StoreFacts

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - request: What to rehearse.
    ///   - progress: Called as it goes on.
    /// - Throws: `StorageError` for a file that cannot be opened.
    public init(
        _ request: RehearsalRequest,
        progress: @escaping @Sendable (RehearsalProgress) -> Void = { _ in }
    ) throws(StorageError) {
        try self.init(request, of: EtcdDatabase(path: request.path), progress: progress)
    }

    /// The same of a file that is open.
    ///
    /// - Throws: `StorageError` for a file that cannot be read.
    public init(
        _ request: RehearsalRequest,
        of database: EtcdDatabase,
        progress: @escaping @Sendable (RehearsalProgress) -> Void = { _ in }
    ) throws(StorageError) {
        self.request = request
        self.progress = progress
        self.database = database
        self.facts = try StoreFacts(reading: self.database)
    }

    /// Rehearses; what is wrong with the snapshot is in the answer.
    ///
    /// - Throws: `FileError` and `RestoreError` when there is no room or the disk fails, `StorageError` for a
    ///   file that changes meanwhile; `CancellationError`.
    public func run() async throws -> Rehearsal {
        let began = ContinuousClock.now
        var rehearsal = Rehearsal(steps: [], recoverySeconds: 0, seconds: 0)
        let scratch = try self.makeScratch()
        defer { scratch.remove() }
        // The file is hashed while it is checked, restored and its keys are put in order.
        self.progress(.verifyingAndRestoring)
        let verification = OngoingVerification(of: self.database, keepsLiveKeys: true)
        async let file = self.readFile(checkedBy: verification)
        let restored = await self.attemptRestore(number: 0, in: scratch, provedBy: verification)
        let verified = try await self.verify(verification)
        rehearsal.steps.append(verified)
        if verified.step.outcome != .fail {
            let restored = try restored.get()
            let recovered = seconds(since: began)
            let file = try await file
            try await self.bringBack(restored, file, verification, in: scratch, into: &rehearsal)
            rehearsal.recoverySeconds = recovered + rehearsal.secondsOfOpening
        }
        rehearsal.seconds = seconds(since: began)
        return rehearsal
    }

    /// Everything behind the verification and the first restore.
    private func bringBack(
        _ restored: RestoredStore,
        _ file: RehearsedFile,
        _ verification: OngoingVerification,
        in scratch: ScratchDirectory,
        into rehearsal: inout Rehearsal
    ) async throws {
        rehearsal.facts = Rehearsal.Facts(
            byteCount: UInt64(self.database.bolt.file.byteCount),
            revision: file.keyspace.revision,
            keyCount: file.keyspace.count
        )
        // The objects are checked while the first server is asked for them.
        async let clusterChecks = self.check(file)
        var stores = [restored]
        rehearsal.steps += try await self.compare(restored, with: file, in: scratch)
        for number in self.request.servers.indices.dropFirst() {
            self.progress(.restoring)
            let next = try await self.restore(number: number, in: scratch, provedBy: verification)
            rehearsal.steps += try await self.compare(next, with: file, in: scratch)
            stores.append(next)
        }
        self.progress(.checking)
        rehearsal.clusterChecks = try await clusterChecks
        rehearsal.facts?.time = file.registry.snapshotTime(decryption: self.request.decryption)
        if let apiServer = self.request.apiServer, rehearsal.verdict != .fail {
            try await self.start(apiServer, on: stores, of: file.registry, in: scratch, into: &rehearsal)
        }
        if self.request.keepsScratch { rehearsal.keptPath = try scratch.keep() }
    }

    private func makeScratch() throws(FileError) -> ScratchDirectory {
        try FreeSpace.require(self.neededByteCount, in: self.request.scratchParent)
        return try ScratchDirectory(in: self.request.scratchParent, purpose: "rehearsal")
    }

    /// The most bytes that lie in the scratch directory at a time.
    var neededByteCount: UInt64 {
        // What is restored for each server, a snapshot of it, and where a server keeps that while it sends it.
        let copies = UInt64(self.request.servers.count) + 2
        let logs: UInt64 = 256 << 20
        return copies * UInt64(self.database.bolt.databaseByteCount) + logs
    }
}

extension Rehearse {
    /// A directory for a server's sockets, log and spool; the name of a socket may not be long.
    private func makeSocketPlace(in scratch: ScratchDirectory) throws(FileError) -> ScratchDirectory {
        let isShort = scratch.path.utf8.count <= 60
        let parent = isShort ? scratch.path : TemporaryFiles.standardDirectory
        return try ScratchDirectory(in: parent, purpose: "sockets")
    }
}

// MARK: Steps

extension Rehearse {
    private func verify(_ verification: OngoingVerification) async throws -> RehearsedStep {
        let verification = try await verification.result
        let (revisions, keys) = (verification.check.recordCount, verification.check.liveKeyCount)
        let result: RehearsalStep.Verify =
            switch verification.verdict {
            case .sound: .proved(revisionCount: revisions, keyCount: keys)
            case .unproved: .unproved(revisionCount: revisions, keyCount: keys)
            case .damaged: .damaged(findingCount: verification.findingCount)
            }
        return RehearsedStep(.verify(result), seconds: verification.seconds)
    }

    /// Reads the keys of a file whose structure is sound; the hashing goes on meanwhile.
    @concurrent
    private func readFile(checkedBy verification: OngoingVerification) async throws -> RehearsedFile {
        let check = try await verification.check
        return try RehearsedFile(self.database, self.facts, check)
    }

    /// Restores, and keeps the error: of a damaged file the findings of its verification say more.
    private func attemptRestore(
        number: Int,
        in scratch: ScratchDirectory,
        provedBy verification: OngoingVerification
    ) async -> Result<RestoredStore, any Error> {
        do {
            return .success(try await self.restore(number: number, in: scratch, provedBy: verification))
        } catch {
            return .failure(error)
        }
    }

    /// Restores the file to a directory of its own for one of the servers.
    private func restore(
        number: Int,
        in scratch: ScratchDirectory,
        provedBy verification: OngoingVerification
    ) async throws -> RestoredStore {
        let began = ContinuousClock.now
        let directory = "\(scratch.path)/" + (number == 0 ? "restored" : "restored-\(number + 1)")
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "rehearsal")
        let request = RestoreRequest(
            snapshotPath: self.request.path,
            cluster: cluster,
            destination: .member(
                try cluster.member(named: "default"),
                dataDirectory: directory,
                logDirectory: nil
            ),
            skipsHashCheck: self.database.storedDigest == nil
        )
        let restore = try Restore(request, of: self.database)
        let server = self.request.servers[number]
        var restored: RestoredDatabase?
        let written = try await restore.run(provedBy: verification) { database in
            // Hashed while the file may still be, so that no processor is idle.
            if !server.writesToDirectory { restored = RestoredDatabase(database) }
        }.database
        let result = RehearsalStep.Restored(pairCount: written.pairCount, byteCount: written.byteCount)
        return RestoredStore(
            server: server,
            directory: directory,
            database: restored,
            member: restore.members[0],
            step: RehearsedStep(.restore(result), on: server.program, seconds: seconds(since: began))
        )
    }

    /// Serves a restored directory and compares what it serves.
    private func compare(
        _ restored: RestoredStore,
        with file: RehearsedFile,
        in scratch: ScratchDirectory
    ) async throws -> [RehearsedStep] {
        let served = ServedDirectory(
            store: restored,
            file: file,
            request: self.request,
            progress: self.progress
        )
        let place = try self.makeSocketPlace(in: scratch)
        defer { place.remove() }
        return try await [restored.step] + served.rehearse(in: place.path, spool: scratch.path)
    }

    /// Starts an API server on each of the restored directories, after everything was compared: it writes.
    private func start(
        _ apiServer: KubeAPIServer,
        on stores: [RestoredStore],
        of registry: Registry,
        in scratch: ScratchDirectory,
        into rehearsal: inout Rehearsal
    ) async throws {
        if rehearsal.clusterChecks.contains(where: \.result.isMissingKeys) {
            return rehearsal.steps.append(RehearsedStep(.apiServer(.encrypted)))
        }
        for store in stores {
            if store.server.enforcesUsers, self.facts.authEnabled {
                rehearsal.steps.append(
                    RehearsedStep(.apiServer(.knowsNoUser), on: store.server.program)
                )
                continue
            }
            let place = try self.makeSocketPlace(in: scratch)
            defer { place.remove() }
            rehearsal.steps += try await APIServerRehearsal(
                apiServer: apiServer,
                store: store,
                registry: registry,
                request: self.request,
                progress: self.progress
            ).run(in: place.path, spool: scratch.path)
        }
    }

    /// Checks the store and its objects as Kubernetes would find them.
    @concurrent
    private func check(_ file: RehearsedFile) async throws -> [RehearsedClusterCheck] {
        let ofStore = StoreCheck.results(
            self.facts,
            file.keyspace,
            byteCount: self.database.bolt.databaseByteCount,
            logEntries: (try? self.database.memberLog())?.entriesNotShown
        )
        let run = ClusterCheckRun(file.registry, decryption: self.request.decryption)
        let ofObjects = try await run.run()
        return ofStore.map { RehearsedClusterCheck($0) }
            + ofObjects.map { RehearsedClusterCheck($0.result, seconds: $0.seconds) }
    }
}

/// The rehearsed file once it is proved: what comes back is compared with it.
struct RehearsedFile: Sendable {
    let database: EtcdDatabase
    let facts: StoreFacts
    /// It found nothing wrong.
    let check: StorageCheck
    let registry: Registry
    /// At the newest revision.
    let hashKV: UInt32

    /// At the newest revision.
    var keyspace: Keyspace { self.registry.keyspace }

    /// - Throws: `StorageError` for a damaged file.
    init(_ database: EtcdDatabase, _ facts: StoreFacts, _ check: StorageCheck) throws(StorageError) {
        let keyspace = try database.keyspace(foundBy: check)
        self.database = database
        self.facts = facts
        self.check = check
        self.registry = try Registry(of: keyspace)
        self.hashKV = try database.hashKV(of: keyspace)
    }
}

extension ClusterCheckResult {
    /// Whether objects are encrypted with keys that were not given.
    fileprivate var isMissingKeys: Bool {
        guard case .encryption(let encryption) = self else { return false }
        return encryption.outcome != .pass
    }
}

extension Rehearsal {
    /// Starting a store on the restored directory: with several servers the first.
    fileprivate var secondsOfOpening: Double {
        for done in self.steps {
            if case .open = done.step { return done.seconds }
        }
        return 0
    }
}

/// A directory that was restored, and what serves it.
struct RestoredStore: Sendable {
    var server: any RehearsalServer
    var directory: String
    /// What lies in it; nil when the server writes to it.
    var database: RestoredDatabase?
    var member: RestoredMember
    /// What restoring it came to.
    var step: RehearsedStep
}

/// The time that has passed, in seconds.
func seconds(since began: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - began) / .seconds(1)
}
