import EtcdMessages
import EtcdRPC
public import EtcdStorage
import FoundationEssentials
import GRPCCore
import SwiftProtobuf

/// A change as a live etcd's watch tells it.
public struct LiveChange: Hashable, Sendable {
    public var revision: Int64
    public var key: [UInt8]
    /// What was put; nil for a deletion.
    public var state: State?

    /// A state of a key.
    public struct State: Hashable, Sendable {
        public var value: [UInt8]
        public var metadata: KeyMetadata
    }
}

extension EtcdClient {
    /// The oldest revision that can be read; 0 when nothing was ever compacted.
    ///
    /// - Parameter range: Keys that the user may read.
    /// - Returns: The revision of the last compaction.
    /// - Throws: ``EtcdClientError``.
    public func compactRevision(reading range: KeyRange) async throws -> Int64 {
        do {
            _ = try await self.range(RangeQuery(range, limit: 1, revision: 1, keysOnly: true))
            return 0
        } catch let error as EtcdClientError where error.reason == .compacted {
            return try await self.watch(range, from: 1) { message in
                message.compactRevision > 0 ? message.compactRevision : nil
            }
        }
    }

    /// Calls `body` with every change of the keys in `range`, from one revision to another, in order.
    ///
    /// - Parameters:
    ///   - range: Which keys.
    ///   - first: The first revision; it must not be compacted.
    ///   - last: A revision that the store has reached.
    ///   - body: Called with the changes of each message; those of revisions after `last` are left out.
    /// - Throws: `.compacted` when changes are compacted away while they are read; `.rangeDenied`; `.stalled`; what
    ///   `body` throws.
    public func changes(
        of range: KeyRange,
        from first: Int64,
        through last: Int64,
        _ body: @escaping @Sendable ([LiveChange]) async throws -> Void
    ) async throws {
        guard first <= last else { return }
        let endpoint = self.endpoint
        // Each revision changes a key, so that of all keys the last change is waited for; of some of them there may be
        // none, and the store is asked how far it has come.
        let asksForProgress = range != .all
        let denied = EtcdClientError(
            .rangeDenied(user: self.calls.options.credentials?.user, range),
            at: endpoint
        )
        _ = try await self.watch(range, from: first, asksForProgress: asksForProgress) { message -> Bool? in
            if message.compactRevision > 0 { throw EtcdClientError(.compacted, at: endpoint) }
            if message.canceled {
                guard !message.cancelReason.contains("permission denied") else { throw denied }
                throw EtcdClientError(.refused(printable(message.cancelReason)), at: endpoint)
            }
            let changes = message.events.map(LiveChange.init)
            let wanted = changes.filter { $0.revision <= last }
            if !wanted.isEmpty { try await body(wanted) }
            guard !message.fragment else { return nil }
            if let newest = changes.last?.revision { return newest >= last ? true : nil }
            let isProgress = asksForProgress && !message.created && message.header.revision >= last
            return isProgress ? true : nil
        }
    }

    /// Watches `range` until `take` answers.
    private func watch<Answer: Sendable>(
        _ range: KeyRange,
        from first: Int64,
        asksForProgress: Bool = false,
        _ take: @escaping @Sendable (Etcdserverpb_WatchResponse) async throws -> Answer?
    ) async throws -> Answer {
        let create = Etcdserverpb_WatchRequest.with { request in
            request.createRequest = .with {
                $0.key = Data(range.requestKey)
                $0.rangeEnd = Data(range.requestEnd)
                $0.startRevision = first
                $0.fragment = true
            }
        }
        let progress = Etcdserverpb_WatchRequest.with { $0.progressRequest = .init() }
        let client = Etcdserverpb_Watch.Client(wrapping: self.calls.grpc)
        let endpoint = self.endpoint
        let timeout = max(.seconds(60), self.calls.options.callTimeout)
        let stall = ProgressWatch(timeout: timeout)
        try await self.calls.authenticate()
        let context = self.calls.context(answerLimit: Calls.answerLimit)
        let (requests, feed) = AsyncStream<Etcdserverpb_WatchRequest>.makeStream()
        feed.yield(create)
        stall.waits()
        return try await self.calls.translating(Calls.answerLimit) {
            try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask {
                    try await client.watch(metadata: context.metadata, options: context.options) { writer in
                        for await request in requests { try await writer.write(request) }
                    } onResponse: { response in
                        defer { feed.finish() }
                        for try await message in response.messages {
                            stall.works()
                            if let answer = try await take(message) { return answer }
                            if asksForProgress { feed.yield(progress) }
                            stall.waits()
                        }
                        throw EtcdClientError(.connectionLost, at: endpoint)
                    }
                }
                group.addTask {
                    try await stall.untilStalled()
                    throw EtcdClientError(.timedOut(timeout), at: endpoint)
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        }
    }
}

extension LiveChange {
    fileprivate init(_ event: Mvccpb_Event) {
        let keyValue = LiveKeyValue(event.kv)
        self.revision = keyValue.metadata.modRevision
        self.key = keyValue.key
        self.state =
            event.type == .delete
            ? nil : State(value: keyValue.value, metadata: keyValue.metadata)
    }
}
