import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// A piece of a snapshot as it arrives.
public struct SnapshotChunk: Hashable, Sendable {
    public var bytes: [UInt8]
    /// Bytes of the database that are still to come; the digest, 32 bytes, follows after 0.
    public var remaining: UInt64
    /// The version that the data are in, such as 3.6.0; nil before etcd 3.6.
    public var storageVersion: String?
}

/// A member's snapshot, arriving: the database's bytes and then, from etcd, 32 bytes of SHA-256 over them.
///
/// The server announces with every message how much is still to come. This holds it to that: what comes short,
/// or does not add up, is an error. Whether the digest is right is for whoever hashes the bytes to say.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/maintenance.go`, `Snapshot`.
public struct SnapshotStream {
    /// So many messages without bytes in a row are a server that will never end.
    public static let emptyMessageLimit = 1000
    /// Bytes of SHA-256 that follow the database.
    public static let digestByteCount = 32

    /// Bytes handed out so far.
    public private(set) var received: UInt64 = 0

    private var messages: RPCAsyncSequence<Etcdserverpb_SnapshotResponse, any Error>.AsyncIterator
    private let watch: ProgressWatch
    private let endpoint: EtcdEndpoint
    /// What the last message announced; nil before the first.
    private var remaining: UInt64?
    private var digestBytes = 0

    init(
        _ messages: RPCAsyncSequence<Etcdserverpb_SnapshotResponse, any Error>,
        watch: ProgressWatch,
        endpoint: EtcdEndpoint
    ) {
        self.messages = messages.makeAsyncIterator()
        self.watch = watch
        self.endpoint = endpoint
    }

    /// The next bytes; nil after the last, when everything that was announced has come.
    ///
    /// - Throws: `.streamCut`, `.snapshotShort`, `.snapshotContradictsItself`, `.onlyEmptyMessages`.
    public mutating func next() async throws -> SnapshotChunk? {
        self.watch.waits()
        defer { self.watch.works() }
        for _ in 0..<Self.emptyMessageLimit {
            guard let message = try await self.nextMessage() else {
                try self.checkEnd()
                return nil
            }
            if let chunk = try self.take(message) { return chunk }
        }
        throw self.error(.onlyEmptyMessages(received: self.received))
    }

    private mutating func nextMessage() async throws -> Etcdserverpb_SnapshotResponse? {
        do {
            return try await self.messages.next(isolation: #isolation)
        } catch let error as RPCError {
            try Task.checkCancellation()
            let reason = EtcdClientError.Reason(error, user: nil, answerLimit: Calls.answerLimit)
            guard case .connectionLost = reason else { throw error }
            throw self.error(.streamCut(received: self.received))
        }
    }

    private mutating func take(_ message: Etcdserverpb_SnapshotResponse) throws -> SnapshotChunk? {
        guard !message.blob.isEmpty else { return nil }
        let count = UInt64(message.blob.count)
        if self.remaining == 0 {
            self.digestBytes += message.blob.count
            guard message.remainingBytes == 0, self.digestBytes <= Self.digestByteCount else {
                throw self.error(.snapshotContradictsItself(received: self.received))
            }
        } else if let remaining = self.remaining {
            guard remaining >= count, remaining - count == message.remainingBytes else {
                throw self.error(.snapshotContradictsItself(received: self.received))
            }
        }
        // No file system holds more; an announced size that cannot be added up is not a size.
        guard message.remainingBytes <= UInt64(Int64.max) - self.received - count else {
            throw self.error(.snapshotContradictsItself(received: self.received))
        }
        self.remaining = message.remainingBytes
        self.received += count
        self.watch.note(received: self.received)
        return SnapshotChunk(
            bytes: Array(message.blob),
            remaining: message.remainingBytes,
            storageVersion: message.version.isEmpty ? nil : printable(message.version)
        )
    }

    private func checkEnd() throws {
        guard let remaining, remaining == 0 else {
            throw self.error(.snapshotShort(received: self.received, missing: self.remaining ?? 1))
        }
    }

    private func error(_ reason: EtcdClientError.Reason) -> EtcdClientError {
        EtcdClientError(reason, at: self.endpoint)
    }
}

extension EtcdClient {
    /// Streams the member's snapshot to `body`, which asks for one chunk after another.
    ///
    /// - Parameters:
    ///   - progressTimeout: How long to wait for bytes; the time that `body` takes with them does not count.
    ///   - body: Consumes the stream; when it returns before the end, the rest is not sent.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; `.stalled`; what ``SnapshotStream/next()`` throws; etcd's refusals, such as
    ///   `.permissionDenied` for a user without the root role.
    public func snapshot<Result: Sendable>(
        progressTimeout: Duration = .seconds(60),
        _ body: @escaping @Sendable (inout SnapshotStream) async throws -> Result
    ) async throws -> Result {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: self.calls.grpc)
        let watch = ProgressWatch(timeout: progressTimeout)
        let endpoint = self.endpoint
        // A stream cannot be begun again in the middle, so it begins with a fresh token.
        try await self.calls.authenticate()
        let context = self.calls.context(answerLimit: Calls.answerLimit)
        watch.waits()
        return try await self.calls.translating(Calls.answerLimit) {
            try await withThrowingTaskGroup(of: Result.self) { group in
                group.addTask {
                    try await maintenance.snapshot(
                        .init(),
                        metadata: context.metadata,
                        options: context.options
                    ) { response in
                        var stream = SnapshotStream(response.messages, watch: watch, endpoint: endpoint)
                        return try await body(&stream)
                    }
                }
                group.addTask {
                    try await watch.untilStalled()
                    throw EtcdClientError(.stalled(received: watch.received, progressTimeout), at: endpoint)
                }
                defer { group.cancelAll() }
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            }
        }
    }
}
