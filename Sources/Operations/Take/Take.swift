import EtcdClient
import EtcdStorage
import Files
import FoundationEssentials

/// Takes a snapshot from the best member that gives a sound one.
public struct Take: Sendable {
    private let request: TakeRequest
    private let progress: @Sendable (TakeProgress) -> Void

    /// - Parameters:
    ///   - request: What and where to.
    ///   - progress: Called for every piece that has come.
    public init(_ request: TakeRequest, progress: @escaping @Sendable (TakeProgress) -> Void = { _ in }) {
        self.request = request
        self.progress = progress
    }

    /// Takes the snapshot into its file; the file is complete, proved and on the disk, or absent.
    ///
    /// - Throws: `FileError` of the destination; `EtcdClientError` or ``TakeError`` of the only endpoint;
    ///   ``TakeError/noSource(_:)`` when none of several gave one; `CancellationError`.
    public func run() async throws -> TakenFile {
        // Before anybody is asked: a name that cannot be had is known at once.
        try SnapshotFile(for: self.request).discard()
        return try await self.firstSuccess { source in
            let file = try SnapshotFile(for: self.request)
            do {
                return try await self.attempt(source, into: file)
            } catch {
                file.discard()
                throw error
            }
        } finish: { taken, refusals in
            taken.snapshot.refusals = refusals
        }
    }

    private func attempt(_ source: Source, into file: SnapshotFile) async throws -> TakenFile {
        let needed =
            UInt64(clamping: source.candidate.status.databaseSize) + UInt64(SnapshotHasher.digestByteCount)
        try FreeSpace.require(needed, in: self.request.destination.directory)
        try await self.receive(source) { bytes in try file.append(bytes) }
        self.progress(.checking)
        let said = source.candidate.status
        let (digest, byteCount, status) = try file.prove(said: said)
        guard status.totalKeys >= self.request.expectedKeys else {
            throw TakeError.fewKeys(status.totalKeys, expected: self.request.expectedKeys)
        }
        let destination = self.request.destination
        // Before the new file has its name: it may replace the earlier one.
        let previous = EarlierSnapshot(
            newestIn: destination.directory,
            named: destination.nameBeginning(for: said)
        )
        let path = destination.finalPath(of: said, revision: status.revision, date: source.began)
        try file.commit(as: path)
        let snapshot = self.taken(source, byteCount: byteCount, digest: digest)
        return TakenFile(path: path, snapshot: snapshot, status: status, previous: previous)
    }
}

extension Take {
    /// Hands the snapshot's bytes to `write` as they come, for a place where nothing can be taken back.
    ///
    /// Another member is asked only as long as nothing has been handed out. The digest is compared at the end.
    public func stream(to write: @escaping @Sendable ([UInt8]) throws -> Void) async throws -> TakenSnapshot {
        try await self.stream { HashedOutput(write) }
    }

    /// The same for an output that proves the bytes in its own way; one is made for each member that is asked.
    func stream(into makeOutput: () -> some SnapshotOutput) async throws -> TakenSnapshot {
        try await self.firstSuccess { source in
            let output = makeOutput()
            do {
                try await self.receive(source) { bytes in try output.append(bytes) }
                let (digest, byteCount) = try await output.finish()
                return self.taken(source, byteCount: byteCount, digest: digest)
            } catch  where output.byteCount > 0 {
                throw FinalError(error)
            }
        } finish: { taken, refusals in
            taken.refusals = refusals
        }
    }
}

extension Take {
    /// A member that is asked, and since when.
    fileprivate struct Source {
        var candidate: SnapshotSources.Candidate
        var began: Date
    }

    /// Asks one member after another until one gives what `attempt` wants.
    private func firstSuccess<Result>(
        _ attempt: (Source) async throws -> Result,
        finish: (inout Result, [TakeRefusal]) -> Void
    ) async throws -> Result {
        let began = self.request.date()
        let sources = try await SnapshotSources.find(
            among: self.request.endpoints,
            options: self.request.options,
            allowsLearner: self.request.allowsLearner
        )
        var refusals = sources.refused.map { TakeRefusal(endpoint: $0.endpoint, reason: .leftOut($0)) }
        for candidate in sources.candidates {
            do {
                var result = try await attempt(Source(candidate: candidate, began: began))
                finish(&result, self.request.endpointsLeadToOneMember ? [] : refusals)
                return result
            } catch let error as EtcdClientError {
                refusals.append(TakeRefusal(endpoint: candidate.endpoint, reason: .failed(error)))
            } catch let error as TakeError {
                refusals.append(TakeRefusal(endpoint: candidate.endpoint, reason: .unusable(error)))
            } catch let error as FinalError {
                throw error.cause
            }
        }
        throw failure(of: refusals)
    }

    private func receive(_ source: Source, _ write: @escaping @Sendable ([UInt8]) throws -> Void) async throws
    {
        let request = self.request
        let progress = self.progress
        try await EtcdClient.withClient(to: source.candidate.endpoint, options: request.options) { client in
            if source.candidate.status.isKine {
                let snapshot = try await KineSnapshot(of: client, in: request.spoolDirectory)
                return try snapshot.send { bytes, sent, total in
                    try write(bytes)
                    progress(.receiving(byteCount: sent, total: total))
                }
            }
            try await client.snapshot(progressTimeout: request.progressTimeout) { stream in
                while let chunk = try await stream.next() {
                    try write(chunk.bytes)
                    progress(.receiving(byteCount: stream.received, total: stream.received + chunk.remaining))
                }
            }
        }
    }

    private func taken(_ source: Source, byteCount: UInt64, digest: [UInt8]) -> TakenSnapshot {
        let status = source.candidate.status
        return TakenSnapshot(
            origin: TakenSnapshot.Origin(
                endpoint: source.candidate.endpoint,
                clusterID: status.clusterID,
                memberID: status.memberID,
                etcdVersion: status.version,
                alarms: status.alarms,
                isLearner: status.isLearner,
                isKine: status.isKine
            ),
            byteCount: byteCount,
            digest: digest,
            seconds: self.request.date().timeIntervalSince(source.began),
            refusals: []
        )
    }
}

/// An error after which no other member is asked.
private struct FinalError: Error {
    var cause: any Error

    init(_ cause: any Error) {
        self.cause = cause
    }
}

/// The one reason where there is one, else all of them.
private func failure(of refusals: [TakeRefusal]) -> any Error {
    guard refusals.count == 1, let only = refusals.first else { return TakeError.noSource(refusals) }
    switch only.reason {
    case .failed(let error): return error
    case .unusable: return only
    case .leftOut(let refused):
        if case .notReached(let error) = refused.reason { return error }
        return TakeError.noSource(refusals)
    }
}
