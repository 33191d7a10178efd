import Bolt
import ClusterChecks
import EtcdClient
import EtcdStorage
import Files
import FoundationEssentials

/// The restored directory while a server serves it: everything is asked for and compared with the file.
struct ServedDirectory: Sendable {
    let store: RestoredStore
    let file: RehearsedFile
    let request: RehearsalRequest
    let progress: @Sendable (RehearsalProgress) -> Void

    /// Serves the directory and compares; what is wrong is in the steps, and so is a server that does not start.
    ///
    /// - Throws: `FileError`, `StorageError` of the file itself; `CancellationError`.
    func rehearse(in place: String, spool: String) async throws -> [RehearsedStep] {
        if self.server.enforcesUsers, self.file.facts.authEnabled, self.request.credentials == nil {
            return [self.step(.open(.needsUser))]
        }
        self.progress(.starting(self.server.program))
        let began = ContinuousClock.now
        do {
            return try await self.server.serve(
                self.store.directory,
                knownAs: self.store.database,
                as: self.store.member,
                isReadOnly: true,
                in: place,
                spool: spool
            ) { endpoint in
                let isOpen = self.step(.open(.answers), since: began)
                return try await [isOpen] + self.compare(endpoint, spool: spool)
            }
        } catch let error as RehearsalServerError {
            return [self.step(.open(.failed(error)), since: began)]
        }
    }

    func step(_ step: RehearsalStep, since began: ContinuousClock.Instant? = nil) -> RehearsedStep {
        let time = began.map { seconds(since: $0) } ?? 0
        return RehearsedStep(step, on: self.server.program, seconds: time)
    }

    private var server: any RehearsalServer { self.store.server }

    private var options: ConnectionOptions {
        var options = ConnectionOptions()
        options.credentials = self.request.credentials
        // The objects are checked meanwhile, on the same processors.
        options.dialTimeout = .seconds(120)
        options.callTimeout = .seconds(120)
        return options
    }

    private func compare(_ endpoint: EtcdEndpoint, spool: String) async throws -> [RehearsedStep] {
        // First, since leases run out.
        let leases = try await self.ask(endpoint) { client in
            .leases(try await self.readLeases(client))
        } failing: { failure in
            .leases(.failed(failure))
        }
        async let keys = self.ask(endpoint) { client in
            .keys(try await self.readKeys(client))
        } failing: { failure in
            .keys(.failed(failure))
        }
        async let hash = self.ask(endpoint) { client in
            .hashKV(try await self.readHash(client))
        } failing: { failure in
            .hashKV(.failed(failure))
        }
        async let snapshot = self.compareSnapshot(of: endpoint, spool: spool)
        return try await [leases, keys, hash] + snapshot
    }

    private func ask(
        _ endpoint: EtcdEndpoint,
        _ read: @Sendable (EtcdClient) async throws -> RehearsalStep,
        failing: @Sendable (ServerFailure) -> RehearsalStep
    ) async throws -> RehearsedStep {
        try await self.timed {
            try await EtcdClient.withClient(to: endpoint, options: self.options) { try await read($0) }
        } failing: { failure in
            failing(failure)
        }
    }

    /// Takes a step and notes its time; a server that answers with an error fails it.
    private func timed(
        _ body: () async throws -> RehearsalStep,
        failing: (ServerFailure) -> RehearsalStep
    ) async throws -> RehearsedStep {
        let began = ContinuousClock.now
        do {
            return self.step(try await body(), since: began)
        } catch {
            guard let failure = ServerFailure(error) else { throw error }
            return self.step(failing(failure), since: began)
        }
    }
}

extension ServerFailure {
    /// nil for an error that is not the server's fault.
    fileprivate init?(_ error: any Error) {
        switch error {
        case let error as EtcdClientError: self = .call(error)
        case let error as TakeError: self = .snapshot(error)
        case let error as TakeRefusal: self = .snapshotRefused(error)
        default: return nil
        }
    }
}

// MARK: Reading back

extension ServedDirectory {
    private func readKeys(_ client: EtcdClient) async throws -> RehearsalStep.Keys {
        let counting = RangeQuery(.all, revision: self.file.keyspace.revision, countOnly: true)
        let count = try await client.range(counting).count
        guard count == Int64(self.file.keyspace.count) else {
            return .countDiffers(served: count, inFile: self.file.keyspace.count)
        }
        var comparison = KeyspaceComparison(with: self.file.keyspace)
        try await client.recordPages(
            of: .all,
            revision: self.file.keyspace.revision,
            pageLimit: { _ in comparison.pageLimit }
        ) { page in
            let bytes = page.bytes.span.bytes
            for (key, record) in zip(page.keys, page.records) {
                try comparison.compare(key: bytes.extracting(key), record: bytes.extracting(record))
            }
            self.progress(.reading(comparison.position, of: self.file.keyspace.count))
        }
        try comparison.finish()
        guard comparison.differences.isEmpty else { return .different(comparison.differences) }
        return .same(count: self.file.keyspace.count, revision: self.file.keyspace.revision)
    }

    private func readHash(_ client: EtcdClient) async throws -> RehearsalStep.Hash {
        let expected = self.file.hashKV
        let served = try await self.hash(from: client)
        guard served.hash == expected else {
            // Asked for the newest revision because the file's own is compacted: leases may have run out.
            if served.revision != self.file.keyspace.revision, self.isHashOfOwnRevisionRefused {
                return .leaseRanOut(revision: served.revision)
            }
            return .different(served: served.hash, inFile: expected)
        }
        return .same(expected)
    }

    /// etcd up to 3.5 gives no hash at the compact revision itself.
    private var isHashOfOwnRevisionRefused: Bool {
        self.file.keyspace.compactRevision >= self.file.keyspace.revision
    }

    private func hash(from client: EtcdClient) async throws -> HashKV {
        try await client.hashKV(revision: self.isHashOfOwnRevisionRefused ? 0 : self.file.keyspace.revision)
    }
}

// MARK: Snapshot

extension ServedDirectory {
    /// A snapshot that was taken and proved.
    private struct ProvedSnapshot: Sendable {
        var database: EtcdDatabase
        var check: StorageCheck
        /// The digest too, in bytes.
        var byteCount: UInt64
    }

    /// Takes a snapshot, proves it, and compares it with the file.
    private func compareSnapshot(of endpoint: EtcdEndpoint, spool: String) async throws -> [RehearsedStep] {
        let path = "\(spool)/taken-again.db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var taken: ProvedSnapshot?
        let step = try await self.timed {
            let snapshot = try await self.takeSnapshot(from: endpoint, to: path)
            taken = snapshot
            return .snapshot(
                .taken(keyCount: snapshot.check.liveKeyCount, byteCount: snapshot.byteCount)
            )
        } failing: { failure in
            .snapshot(.failed(failure))
        }
        guard let taken else { return [step] }
        let began = ContinuousClock.now
        return [step, self.step(.comparison(try self.compare(taken)), since: began)]
    }

    /// The snapshot is needed for as long as it is compared, so that nobody waits for the disk.
    private func takeSnapshot(from endpoint: EtcdEndpoint, to path: String) async throws -> ProvedSnapshot {
        var request = TakeRequest(
            endpoints: [endpoint],
            options: self.options,
            destination: .file(path: path),
            date: self.request.date
        )
        request.progressTimeout = self.snapshotTimeout
        let output = ReturnedSnapshot(of: self.store.database, path: path)
        let taken = try await Take(request) { progress in
            guard case .receiving(let byteCount, let total) = progress else { return }
            self.progress(.receiving(byteCount, of: total))
        }.stream { output }
        do {
            let database = try output.database()
            let check = try StorageCheck(
                of: database,
                comparedWith: self.file.database,
                checkedBy: self.file.check
            )
            try requireSoundSnapshot(check)
            return ProvedSnapshot(database: database, check: check, byteCount: taken.byteCount)
        } catch let error as StorageError {
            if case .file(let error) = error.reason { throw error }
            throw TakeError.unreadable(error.reason)
        }
    }

    /// How long to wait for the next bytes of the snapshot: its digest may come as late as a slow processor that is
    /// shared with other work has hashed all of it.
    private var snapshotTimeout: Duration {
        let slowestBytesPerSecond = 16 << 20
        return .seconds(60 + self.file.database.bolt.databaseByteCount / slowestBytesPerSecond)
    }

    private func compare(_ snapshot: ProvedSnapshot) throws -> RehearsalStep.Comparison {
        let taken = snapshot.database
        // Equal changes have equal keys, histories and hashes: nothing is worked out a second time. The proof of the
        // snapshot may have compared them already.
        let isCompactedAlike =
            try StoreFacts(reading: taken).compactRevision == self.file.facts.compactRevision
        if isCompactedAlike,
            try snapshot.check.isOfKnownRecords || taken.holdsSameChanges(as: self.file.database)
        {
            return .same(keyCount: self.file.keyspace.count)
        }
        guard let shown = try taken.keyspaceIfKept(at: self.file.keyspace.revision) else {
            return .revisionMissing(self.file.keyspace.revision)
        }
        let differences = try differences(of: shown, from: self.file.keyspace)
        guard differences.isEmpty else { return .different(differences) }
        let hash = try taken.hashKV(of: shown)
        guard hash == self.file.hashKV else { return .hashDiffers(taken: hash, inFile: self.file.hashKV) }
        return .same(keyCount: shown.count)
    }
}

extension EtcdDatabase {
    /// The keys at a revision; nil when it is compacted, or was never reached.
    fileprivate func keyspaceIfKept(at revision: Int64) throws -> Keyspace? {
        do {
            return try self.keyspace(at: revision)
        } catch {
            switch error.reason {
            case .compacted, .futureRevision: return nil
            default: throw error
            }
        }
    }
}
