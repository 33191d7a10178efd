import EtcdClient
import EtcdStorage
import Files
import Foundation

/// The restored directory while a server serves it: everything is asked for and compared with the file.
struct ServedDirectory: Sendable {
    let server: any RehearsalServer
    let database: EtcdDatabase
    let facts: StoreFacts
    /// The file's, at the revision at which everything is compared.
    let keyspace: Keyspace
    /// The file's keys, in order of their bytes.
    let keys: [LiveKey]
    let request: RehearsalRequest
    let progress: @Sendable (RehearsalProgress) -> Void

    /// Serves the directory and compares; what is wrong is in the answer, and so is a server that does not come up.
    ///
    /// - Throws: `FileError`, `StorageError` of the file itself; `CancellationError`.
    func rehearse(
        _ directory: String,
        as member: RestoredMember,
        in place: String,
        spool: String
    ) async throws -> [RehearsalCheck] {
        if self.server.enforcesUsers, self.facts.authEnabled, self.request.credentials == nil {
            let reason = "the snapshot has authentication on: give a user with all rights (--user)"
            return [RehearsalCheck(self.name(RehearsalStep.open), .notJudged, reason)]
        }
        self.progress(.beginning("starting \(self.server.name)"))
        let began = ContinuousClock.now
        func opened(_ result: RehearsalCheck.Result, _ detail: String) -> RehearsalCheck {
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            let name = self.name(RehearsalStep.open)
            return RehearsalCheck(name, result, count: result == .fail ? 1 : 0, detail, seconds: seconds)
        }
        do {
            return try await self.server.serve(
                directory,
                as: member,
                isReadOnly: true,
                in: place,
                spool: spool
            ) { endpoint in
                let isOpen = opened(.pass, "\(self.server.name) answers on the restored directory")
                return try await [isOpen] + self.compare(endpoint, spool: spool)
            }
        } catch let error as RehearsalServerError {
            return [opened(.fail, error.description)]
        }
    }

    func name(_ step: String) -> String {
        self.request.stepName(step, on: self.server)
    }

    private var options: ConnectionOptions {
        var options = ConnectionOptions()
        options.credentials = self.request.credentials
        options.callTimeout = .seconds(120)
        return options
    }

    private func compare(_ endpoint: EtcdEndpoint, spool: String) async throws -> [RehearsalCheck] {
        var checks: [RehearsalCheck] = []
        checks.append(try await self.ask(endpoint, RehearsalStep.leases) { try await self.readLeases($0) })
        checks.append(try await self.ask(endpoint, RehearsalStep.keys) { try await self.readKeys($0) })
        checks.append(try await self.ask(endpoint, RehearsalStep.hash) { try await self.readHash($0) })
        let path = "\(spool)/taken-again.db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let taken = try await self.step(RehearsalStep.snapshot) {
            try await self.takeSnapshot(from: endpoint, to: path)
        }
        checks.append(taken)
        if taken.result == .pass {
            checks.append(try await self.step(RehearsalStep.compare) { try self.compareSnapshot(at: path) })
        }
        return checks
    }

    private func ask(
        _ endpoint: EtcdEndpoint,
        _ name: String,
        _ read: (EtcdClient) async throws -> RehearsalCheck
    ) async throws -> RehearsalCheck {
        try await self.step(name) {
            try await EtcdClient.withClient(to: endpoint, options: self.options) { try await read($0) }
        }
    }

    /// Makes a step's check; a server that answers with an error fails it.
    private func step(
        _ name: String,
        _ step: () async throws -> RehearsalCheck
    ) async throws -> RehearsalCheck {
        var check = try await timed { try await self.failing(name, step) }
        check.name = self.name(name)
        return check
    }

    private func failing(
        _ name: String,
        _ step: () async throws -> RehearsalCheck
    ) async throws -> RehearsalCheck {
        do {
            return try await step()
        } catch var error as EtcdClientError {
            // A socket's path in a scratch directory tells nobody anything.
            error.endpoint = self.server.name
            return RehearsalCheck(name, .fail, count: 1, "\(error)")
        } catch {
            guard error is TakeError || error is TakeRefusal else { throw error }
            return RehearsalCheck(name, .fail, count: 1, "\(self.server.name): \(error)")
        }
    }
}

// MARK: Reading back

extension ServedDirectory {
    private func readKeys(_ client: EtcdClient) async throws -> RehearsalCheck {
        let name = RehearsalStep.keys
        let counting = RangeQuery(.all, revision: self.keyspace.revision, countOnly: true)
        let count = try await client.range(counting).count
        guard count == Int64(self.keys.count) else {
            let said = "\(counted(Int(count), "key")), the file holds \(self.keys.count)"
            return RehearsalCheck(name, .fail, count: 1, "the server counts \(said)")
        }
        let comparison = ReadBack(of: self.keys[...], in: self.keyspace)
        try await client.pages(of: .all, revision: self.keyspace.revision) { page in
            try comparison.compare(page)
            self.progress(.reading(comparison.comparedCount, of: self.keys.count))
        }
        try comparison.finish()
        let differences = comparison.differences
        guard differences.isEmpty else {
            let text = "\(counted(differences.count, "difference")): \(differences.text)"
            return RehearsalCheck(name, .fail, count: differences.count, text)
        }
        return RehearsalCheck(
            name,
            .pass,
            count: self.keys.count,
            "read back over gRPC at revision \(self.keyspace.revision): keys, revisions, versions, leases and "
                + "values are the file's"
        )
    }

    private func readHash(_ client: EtcdClient) async throws -> RehearsalCheck {
        let name = RehearsalStep.hash
        let expected = try self.database.hashKV(of: self.keyspace)
        let served = try await self.hash(from: client)
        guard served.hash == expected else {
            // Asked for the newest revision because the file's own is compacted: leases may have run out.
            if served.revision != self.keyspace.revision, self.isHashOfOwnRevisionRefused {
                let detail = "a lease ran out meanwhile: revision \(served.revision)"
                return RehearsalCheck(name, .notJudged, detail)
            }
            return RehearsalCheck(name, .fail, count: 1, "\(served.hash), the file has \(expected)")
        }
        return RehearsalCheck(name, .pass, count: 1, "\(expected), the same as the file's")
    }

    /// etcd up to 3.5 gives no hash at the compact revision itself.
    private var isHashOfOwnRevisionRefused: Bool {
        self.keyspace.compactRevision >= self.keyspace.revision
    }

    private func hash(from client: EtcdClient) async throws -> HashKV {
        try await client.hashKV(revision: self.isHashOfOwnRevisionRefused ? 0 : self.keyspace.revision)
    }
}

// MARK: Snapshot

extension ServedDirectory {
    private func takeSnapshot(from endpoint: EtcdEndpoint, to path: String) async throws -> RehearsalCheck {
        let name = RehearsalStep.snapshot
        let request = TakeRequest(
            endpoints: [endpoint],
            options: self.options,
            destination: .file(path: path),
            date: self.request.date
        )
        let taken = try await Take(request) { progress in
            guard case .receiving(let byteCount, let total) = progress else { return }
            self.progress(.receiving(byteCount, of: total))
        }.run()
        let detail = "taken from \(self.server.name) and proved, \(megabytes(taken.snapshot.byteCount))"
        return RehearsalCheck(name, .pass, count: taken.status.totalKeys, detail)
    }

    private func compareSnapshot(at path: String) throws -> RehearsalCheck {
        let name = RehearsalStep.compare
        let taken = try EtcdDatabase(path: path, locking: .none)
        guard let shown = try taken.keyspaceIfKept(at: self.keyspace.revision) else {
            let detail = "revision \(self.keyspace.revision) is not in the new snapshot"
            return RehearsalCheck(name, .fail, count: 1, detail)
        }
        let differences = try differences(of: shown, from: self.keyspace, keys: self.keys)
        guard differences.isEmpty else {
            let text = "\(counted(differences.count, "difference")): \(differences.text)"
            return RehearsalCheck(name, .fail, count: differences.count, text)
        }
        let (mine, theirs) = (try self.database.hashKV(of: self.keyspace), try taken.hashKV(of: shown))
        guard mine == theirs else {
            return RehearsalCheck(name, .fail, count: 1, "HashKV \(theirs), the file has \(mine)")
        }
        let detail = "the new snapshot holds what the file holds, and has its HashKV"
        return RehearsalCheck(name, .pass, count: shown.count, detail)
    }
}

extension EtcdDatabase {
    /// The keys at a revision; nothing when it is compacted, or was never reached.
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
