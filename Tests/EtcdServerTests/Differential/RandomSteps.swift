import EtcdMessages
import StoreTestSupport
import TestSupport

/// What a client does next: a request, or something with a watch on one of its watch streams.
enum RandomStep: Sendable {
    case request(StoreRequest)
    case create(stream: Int, Etcdserverpb_WatchCreateRequest)
    case cancel(stream: Int, id: Int64)
    case progress(stream: Int)

    /// Whether every event must have arrived before, since chance would say otherwise what the watches see.
    ///
    /// A cancelled watch gets no more of what was on its way; a compaction takes away from those that are
    /// behind what they were to see, and from all the `prev_kv` that was not looked up yet; and etcd 3.5.1
    /// reports progress before the events up to it.
    var needsQuiet: Bool {
        switch self {
        case .request(.compact), .cancel, .progress: true
        case .request, .create: false
        }
    }

    /// For counting.
    var kind: String {
        switch self {
        case .request(.range): "range"
        case .request(.put): "put"
        case .request(.deleteRange): "delete range"
        case .request(.txn): "txn"
        case .request(.compact): "compact"
        case .request(.leaseGrant): "lease grant"
        case .request(.leaseRevoke): "lease revoke"
        case .request(.leaseKeepAlive): "lease keep-alive"
        case .request(.leaseTimeToLive): "lease time-to-live"
        case .request(.leaseLeases): "lease leases"
        case .request(.hashKV): "hash KV"
        case .create: "watch create"
        case .cancel: "watch cancel"
        case .progress: "watch progress"
        }
    }
}

/// Random steps; the same seed gives the same.
struct RandomSteps {
    static let streamCount = 3
    /// So many watches at a time a stream has, at most.
    private static let watchLimit = 8

    var requests: RandomRequests
    /// The watches of each stream; whoever takes the steps keeps them.
    var watches = Array(repeating: Set<Int64>(), count: Self.streamCount)

    mutating func next() -> RandomStep {
        let stream = Int.random(in: 0..<Self.streamCount, using: &self.requests.random)
        switch Int.random(in: 0..<1000, using: &self.requests.random) {
        case ..<25 where self.watches[stream].count < Self.watchLimit:
            return .create(stream: stream, self.requests.watch())
        case ..<33:
            let id = self.watches[stream].sorted().randomElement(using: &self.requests.random)
            let isUnknown = self.requests.chance(6)
            return .cancel(stream: stream, id: isUnknown ? 4711 : id ?? 0)
        case ..<38: return .progress(stream: stream)
        default: return .request(self.requests.next())
        }
    }
}

extension RandomRequests {
    /// A watch of any range, now, from the past, from the future, or from before the last compaction.
    ///
    /// Neither from a negative revision nor with the ID -1, which etcd 3.5.1 allows and then serves badly.
    fileprivate mutating func watch() -> Etcdserverpb_WatchCreateRequest {
        var request = Etcdserverpb_WatchCreateRequest()
        request.key = self.key()
        request.rangeEnd = self.rangeEnd(after: request.key)
        if self.chance(2) { request.startRevision = max(0, self.someRevision()) }
        if self.chance(5) {
            request.filters =
                [[.noput], [.nodelete], [.noput, .nodelete]][Int(self.random.next() as UInt64 % 3)]
        }
        if self.chance(6) { request.watchID = Int64.random(in: 0...12, using: &self.random) }
        request.prevKv = self.chance(2)
        request.fragment = self.chance(3)
        return request
    }
}
