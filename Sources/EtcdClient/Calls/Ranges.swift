import EtcdMessages
import EtcdRPC
public import EtcdStorage
import FoundationEssentials
import GRPCCore
import SwiftProtobuf

/// A key as a live etcd answers it, with its value unless only keys were asked for.
public struct LiveKeyValue: Hashable, Sendable {
    public var key: [UInt8]
    public var value: [UInt8]
    public var metadata: KeyMetadata
}

/// What to read; etcd's names and meanings.
public struct RangeQuery: Hashable, Sendable {
    public var range: KeyRange
    /// The most keys to return; 0 for all.
    public var limit: Int64
    /// The revision to read at; 0 for the newest.
    public var revision: Int64
    public var keysOnly: Bool
    public var countOnly: Bool

    public init(
        _ range: KeyRange,
        limit: Int64 = 0,
        revision: Int64 = 0,
        keysOnly: Bool = false,
        countOnly: Bool = false
    ) {
        self.range = range
        self.limit = limit
        self.revision = revision
        self.keysOnly = keysOnly
        self.countOnly = countOnly
    }
}

/// The answer to a ``RangeQuery``.
public struct RangeResponse: Hashable, Sendable {
    public var keyValues: [LiveKeyValue]
    /// Keys in the whole range, whatever the limit.
    public var count: Int64
    /// Whether the limit kept keys back.
    public var more: Bool
    /// The store's revision when it answered.
    public var revision: Int64
}

extension EtcdClient {
    /// Reads keys in one answer; for ranges that may be large use ``pages(of:revision:keysOnly:_:)``.
    ///
    /// - Parameters:
    ///   - query: What to read.
    ///   - answerLimit: The most bytes to receive.
    /// - Returns: The keys, and how many there are.
    /// - Throws: `.answerTooLarge` above `answerLimit`, `.compacted`, `.futureRevision` and whatever breaks calls.
    public func range(_ query: RangeQuery, answerLimit: Int = 64 << 20) async throws -> RangeResponse {
        let kv = Etcdserverpb_KV.Client(wrapping: self.calls.grpc)
        let request = Etcdserverpb_RangeRequest(query, self.calls.options.consistency)
        let answer = try await self.namingLostQuorum {
            try await self.calls.unary(answerLimit: answerLimit) { context in
                try await kv.range(request, metadata: context.metadata, options: context.options)
            }
        }
        return RangeResponse(
            keyValues: answer.kvs.map(LiveKeyValue.init),
            count: answer.count,
            more: answer.more,
            revision: answer.header.revision
        )
    }
}

extension LiveKeyValue {
    init(_ message: Mvccpb_KeyValue) {
        self.init(
            key: Array(message.key),
            value: Array(message.value),
            metadata: KeyMetadata(
                createRevision: message.createRevision,
                modRevision: message.modRevision,
                version: message.version,
                lease: message.lease
            )
        )
    }
}

extension KeyRange {
    /// The range's start, as etcd's requests write it: one zero byte for the first key there is.
    var requestKey: [UInt8] { self.start.isEmpty && self.end == .none ? [0] : self.start }

    /// The range's end, as etcd's requests write it: empty for a single key, one zero byte for all that follow.
    var requestEnd: [UInt8] {
        switch self.end {
        case .single: []
        case .before(let end): end
        case .none: [0]
        }
    }
}

extension Etcdserverpb_RangeRequest {
    init(_ query: RangeQuery, _ consistency: ConnectionOptions.ReadConsistency) {
        self.init()
        self.serializable = consistency == .serializable
        self.key = Data(query.range.requestKey)
        self.rangeEnd = Data(query.range.requestEnd)
        self.limit = query.limit
        self.revision = query.revision
        self.keysOnly = query.keysOnly
        self.countOnly = query.countOnly
    }
}
