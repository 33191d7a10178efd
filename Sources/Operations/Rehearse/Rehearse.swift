import Bolt
public import EtcdStorage
import Files
import Foundation
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
        self.request = request
        self.progress = progress
        self.database = try EtcdDatabase(path: request.path)
        self.facts = try StoreFacts(reading: self.database)
    }

    /// Whether the snapshot says that authentication is on.
    public var asksForUsers: Bool { self.facts.authEnabled }

    /// Rehearses; what is wrong with the snapshot is in the answer.
    ///
    /// - Throws: `FileError` and `RestoreError` when there is no room or the disk fails, `StorageError` for a
    ///   file that changes meanwhile; `CancellationError`.
    public func run() async throws -> Rehearsal {
        let began = ContinuousClock.now
        var rehearsal = Rehearsal(steps: [], recoverySeconds: 0, seconds: 0)
        let verified = try await self.verify()
        rehearsal.steps.append(verified)
        if verified.result != .fail {
            let (keyspace, keys) = try self.readFile()
            rehearsal.facts = Rehearsal.Facts(
                byteCount: UInt64(self.database.bolt.file.byteCount),
                revision: keyspace.revision,
                keyCount: keyspace.count
            )
            let scratch = try self.makeScratch()
            defer { scratch.remove() }
            let registry = try Registry(of: keyspace)
            let stores = try await self.bringBack(registry, keys, in: scratch, into: &rehearsal)
            // With several servers: the first.
            rehearsal.recoverySeconds = [RehearsalStep.verify, RehearsalStep.restore, RehearsalStep.open]
                .compactMap { step in rehearsal.steps.first { $0.name.hasPrefix(step) }?.seconds }.reduce(
                    0,
                    +
                )
            try await self.judge(registry, into: &rehearsal)
            if let apiServer = self.request.apiServer, rehearsal.verdict != .fail {
                try await self.start(apiServer, on: stores, of: registry, in: scratch, into: &rehearsal)
            }
            if self.request.keepsScratch { rehearsal.keptPath = try scratch.keep() }
        }
        rehearsal.seconds = (ContinuousClock.now - began) / .seconds(1)
        return rehearsal
    }

    /// The file's keys at its newest revision, and in order.
    private func readFile() throws -> (Keyspace, [LiveKey]) {
        let keyspace = try self.database.keyspace()
        return (keyspace, keyspace.keys(in: .all))
    }

    /// A directory with room for the restored database, what etcd adds to it, and a snapshot of it.
    private func makeScratch() throws(FileError) -> ScratchDirectory {
        let byteCount = UInt64(self.database.bolt.databaseByteCount)
        let logs: UInt64 = 256 << 20
        // What is restored, the snapshot of it, and where a server keeps that while it sends it.
        try FreeSpace.require(3 * byteCount + logs, in: self.request.scratchParent)
        return try ScratchDirectory(in: self.request.scratchParent, purpose: "rehearsal")
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
    private func verify() async throws -> RehearsalCheck {
        self.progress(.beginning("verifying the file"))
        return try await timed {
            let verification = try await Verification(of: self.database)
            let count = verification.check.recordCount
            let counts = "\(counted(count, "revision")), \(counted(verification.check.liveKeyCount, "key"))"
            switch verification.verdict {
            case .sound:
                return RehearsalCheck(RehearsalStep.verify, .pass, count: count, "SHA-256 matches; \(counts)")
            case .unproved:
                return RehearsalCheck(
                    RehearsalStep.verify,
                    .warn,
                    count: count,
                    "the file has no digest, so values are not proved; structure sound; \(counts)"
                )
            case .damaged:
                let findings = verification.findingCount
                return RehearsalCheck(
                    RehearsalStep.verify,
                    .fail,
                    count: findings,
                    "damaged, \(counted(findings, "finding")): `registree verify \(self.request.path)` lists them"
                )
            }
        }
    }

    /// Restores once a server, each its own directory, and compares what it serves.
    ///
    /// - Returns: The restored directories.
    private func bringBack(
        _ registry: Registry,
        _ keys: [LiveKey],
        in scratch: ScratchDirectory,
        into rehearsal: inout Rehearsal
    ) async throws -> [RestoredStore] {
        var stores: [RestoredStore] = []
        for (index, server) in self.request.servers.enumerated() {
            let directory = "\(scratch.path)/" + (index == 0 ? "restored" : "restored-\(index + 1)")
            let place = try self.makeSocketPlace(in: scratch)
            let restore = try self.restore(to: directory)
            self.progress(.beginning("restoring"))
            var restored = try await timed { try await self.check(restore) }
            let served = ServedDirectory(
                server: server,
                database: self.database,
                facts: self.facts,
                keyspace: registry.keyspace,
                keys: keys,
                request: self.request,
                progress: self.progress
            )
            restored.name = served.name(restored.name)
            rehearsal.steps.append(restored)
            rehearsal.steps += try await served.rehearse(
                directory,
                as: restore.members[0],
                in: place.path,
                spool: scratch.path
            )
            stores.append(RestoredStore(server: server, directory: directory, member: restore.members[0]))
        }
        return stores
    }

    private func restore(to directory: String) throws -> Restore {
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "rehearsal")
        return try Restore(
            RestoreRequest(
                snapshotPath: self.request.path,
                cluster: cluster,
                destination: .member(
                    try cluster.member(named: "default"),
                    dataDirectory: directory,
                    logDirectory: nil
                ),
                skipsHashCheck: self.database.storedDigest == nil
            )
        )
    }

    private func check(_ restore: Restore) async throws -> RehearsalCheck {
        let result = try await restore.run()
        return RehearsalCheck(
            RehearsalStep.restore,
            .pass,
            count: result.database.pairCount,
            "a new data directory of one member, \(megabytes(UInt64(result.database.byteCount)))"
        )
    }

    /// Starts an API server on each of the restored directories, after everything was compared: it writes.
    private func start(
        _ apiServer: KubeAPIServer,
        on stores: [RestoredStore],
        of registry: Registry,
        in scratch: ScratchDirectory,
        into rehearsal: inout Rehearsal
    ) async throws {
        let isClosed = rehearsal.judgments.contains { $0.name == EncryptionJudge.name && $0.result != .pass }
        guard !isClosed else {
            let reason = "it does not become ready while objects stay encrypted: give --encryption-config"
            return rehearsal.steps.append(RehearsalCheck(RehearsalStep.apiServer, .notJudged, reason))
        }
        for store in stores {
            if store.server.enforcesUsers, self.facts.authEnabled {
                let reason = "it knows no user of etcd's; without --etcd it is started on the bundled store"
                let name = self.request.stepName(RehearsalStep.apiServer, on: store.server)
                rehearsal.steps.append(RehearsalCheck(name, .notJudged, reason))
                continue
            }
            let trial = APIServerTrial(
                apiServer: apiServer,
                store: store,
                registry: registry,
                request: self.request,
                progress: self.progress
            )
            let place = try self.makeSocketPlace(in: scratch)
            for var check in try await trial.run(in: place.path, spool: scratch.path) {
                check.name = self.request.stepName(check.name, on: store.server)
                rehearsal.steps.append(check)
            }
        }
    }

    private func judge(_ registry: Registry, into rehearsal: inout Rehearsal) async throws {
        self.progress(.beginning("judging the objects"))
        let facts = self.facts
        let database = self.database
        rehearsal.judgments.append(
            contentsOf: storeJudgments(
                facts,
                registry.keyspace,
                byteCount: database.bolt.databaseByteCount,
                logEntries: try? database.logEntriesNotShown(facts)
            )
        )
        let judging = Judging(registry: registry, decryption: self.request.decryption)
        let total = registry.keyspace.count
        rehearsal.judgments += try await judging.run { [progress] count in
            progress(.judging(count, of: total))
        }
        rehearsal.facts?.time = registry.snapshotTime(decryption: self.request.decryption)
    }
}

/// A directory that was restored, and what serves it.
struct RestoredStore: Sendable {
    var server: any RehearsalServer
    var directory: String
    var member: RestoredMember
}

/// Runs a step and notes how long it took.
func timed(_ step: () async throws -> RehearsalCheck) async throws -> RehearsalCheck {
    let began = ContinuousClock.now
    var check = try await step()
    check.seconds = (ContinuousClock.now - began) / .seconds(1)
    return check
}

/// `12.3 MB`, `151.6 kB`.
func megabytes(_ byteCount: UInt64) -> String {
    byteCount < 1_000_000
        ? String(format: "%.1f kB", Double(byteCount) / 1e3)
        : String(format: "%.1f MB", Double(byteCount) / 1e6)
}
