import EtcdMessages
import EtcdStore
import GRPCCore
import SwiftProtobuf

/// The watches of one client's stream: the one loop that reads its requests and writes all that it is sent.
///
/// There is no queue of events for a client. Each watcher knows the next revision that it has not been sent; when the
/// client is slow, writing waits, and later the events are read from the store where they lie. So a client
/// gets everything in order, and one that never reads costs no more than a few batches.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/watch.go`, `server/storage/mvcc/watchable_store.go`.
final class WatchStream {
    typealias Response = Etcdserverpb_WatchResponse

    private let served: ServedStore
    private let caller: Caller
    private let requests: WatchRequests
    private let writer: RPCWriter<WatchAnswer>
    private var watchers: [Int64: Watcher] = [:]
    /// The watches that the store has ended; as with etcd, their IDs are free when the client cancels them too.
    private var ended: Set<Int64> = []
    private var nextID: Int64 = 0
    /// Whether the client has asked how far all its watches are.
    private var owesProgress = false
    /// Answers that are written together.
    private var pending: [WatchAnswer] = []
    private var pendingByteCount = 0

    /// More watches than this a stream does not take.
    private static let limit = 100_000
    /// As soon as so many bytes of answers are there, they are written.
    private static let writeByteCount = 1 << 16
    /// The `watch_id` of what belongs to no watch, or to all.
    private static let noID: Int64 = -1

    init(
        _ served: ServedStore,
        _ caller: Caller,
        _ requests: WatchRequests,
        _ writer: RPCWriter<WatchAnswer>
    ) {
        self.served = served
        self.caller = caller
        self.requests = requests
        self.writer = writer
    }

    deinit {
        for watcher in self.watchers.values { self.served.counts.remove(watcher) }
    }

    private var store: Store { self.served.store }

    /// Answers what the client asked, then brings every watcher one batch forward.
    ///
    /// - Returns: Whether there is more to do at once.
    func step() async throws -> Bool {
        for request in self.requests.take() {
            switch request.requestUnion {
            case .createRequest(let create)?: try await self.create(create)
            case .cancelRequest(let cancel)?: try await self.cancel(cancel.watchID)
            case .progressRequest?: self.owesProgress = true
            case nil: break
            }
        }
        let revision = self.store.revision
        let behind = self.watchers.values.filter { $0.next <= revision }.map(\.id).sorted()
        for id in behind { try await self.advance(id) }
        let isBehind = self.watchers.values.contains { $0.next <= revision }
        if !isBehind, self.owesProgress {
            self.owesProgress = false
            // Every watcher has been sent all up to `revision`, and maybe more.
            try await self.send(self.response(Self.noID, at: revision))
        }
        try await self.flush()
        return isBehind
    }

    /// Sends progress notifications to the quiet watchers that asked for them.
    func reportProgress() async throws {
        for id in self.watchers.keys.sorted() {
            guard let watcher = self.watchers[id], watcher.wantsProgress else { continue }
            self.watchers[id]?.wasBusy = false
            // A watch that begins in the future has no progress yet.
            if watcher.wasBusy || watcher.next - 1 > self.store.revision { continue }
            try await self.send(self.response(id, at: watcher.next - 1))
        }
        try await self.flush()
    }
}

extension WatchStream {
    private func create(_ request: Etcdserverpb_WatchCreateRequest) async throws {
        let revision = self.store.revision
        var response = self.response(Self.noID, at: revision)
        response.created = true
        if let reason = self.reasonToRefuse(request) {
            response.canceled = true
            response.cancelReason = reason
            return try await self.send(response)
        }
        let id = self.takeID(request.watchID)
        let first = request.startRevision > 0 ? request.startRevision : revision + 1
        let watcher = Watcher(
            id: id,
            filter: EventFilter(request),
            wantsFragments: request.fragment,
            wantsProgress: request.progressNotify,
            byteCount: request.heldByteCount,
            next: first
        )
        self.watchers[id] = watcher
        self.served.counts.add(watcher)
        response.watchID = id
        try await self.send(response)
    }

    /// Why etcd would not watch; nil when it would.
    private func reasonToRefuse(_ request: Etcdserverpb_WatchCreateRequest) -> String? {
        if request.startRevision < 0 { return EtcdError.compacted.text }
        let key = request.key.isEmpty ? [0] : Array(request.key)
        let end = Array(request.rangeEnd)
        do throws(EtcdError) {
            try self.served.access.permissions(of: self.caller).checkRead(key, end)
        } catch {
            return "rpc error: code = \(error.goCodeName) desc = \(error.text)"
        }
        if !end.isEmpty, end != [0], !key.lexicographicallyPrecedes(end) {
            return "mvcc: watcher range is empty"
        }
        if request.watchID != 0, self.isTaken(request.watchID) {
            return "mvcc: duplicate watch ID provided on the WatchStream"
        }
        let count = self.watchers.count + self.ended.count
        let byteCount = self.served.counts.watcherBytes.value + request.heldByteCount
        let isRoom = count < Self.limit && byteCount <= self.served.options.maxCallBytes / 4
        return isRoom ? nil : EtcdError.tooManyRequests.text
    }

    private func isTaken(_ id: Int64) -> Bool { self.watchers[id] != nil || self.ended.contains(id) }

    private func takeID(_ wanted: Int64) -> Int64 {
        if wanted != 0 { return wanted }
        while self.isTaken(self.nextID) { self.nextID += 1 }
        defer { self.nextID += 1 }
        return self.nextID
    }

    private func cancel(_ id: Int64) async throws {
        if let watcher = self.watchers.removeValue(forKey: id) {
            self.served.counts.remove(watcher)
        } else if self.ended.remove(id) == nil {
            return
        }
        var response = self.response(id, at: self.store.revision)
        response.canceled = true
        try await self.send(response)
    }

    /// Sends a watcher its next events.
    private func advance(_ id: Int64) async throws {
        guard let watcher = self.watchers[id] else { return }
        try await self.findPrevious(for: watcher)
        let batches: [EventBatch]
        do throws(EtcdError) {
            batches = try self.served.sharedEvents.read(from: watcher.next, matching: watcher.filter)
        } catch {
            return try await self.end(id, error)
        }
        guard let last = batches.last else { return }
        self.watchers[id]?.next = last.next
        let eventCount = batches.reduce(0) { $0 + $1.ends.count }
        guard eventCount > 0 else { return }
        self.watchers[id]?.wasBusy = true
        self.served.counts.eventsSent.count(eventCount)
        let limit = watcher.wantsFragments ? self.served.options.maxMessageBytes : Int.max
        let answer = WatchAnswer(head: self.response(id, at: last.revision))
        for fragment in answer.fragments(batches, limit: limit) { try await self.send(fragment) }
    }

    /// Has the source read for what its keys were before, if the watcher's next events lack it.
    private func findPrevious(for watcher: Watcher) async throws {
        let store = self.store
        guard store.lacksPrevious(from: watcher.next, matching: watcher.filter) else { return }
        try await self.served.longWork.findPrevious {
            // Damage is said when the events are read.
            try? store.findPrevious()
        }
    }

    /// Ends a watch whose events cannot be read: they were compacted, or the source is damaged.
    private func end(_ id: Int64, _ error: EtcdError) async throws {
        self.served.damageLog.note(error)
        if let watcher = self.watchers.removeValue(forKey: id) { self.served.counts.remove(watcher) }
        self.ended.insert(id)
        var response = self.response(id, at: 0)
        response.canceled = true
        if error == .compacted {
            response.compactRevision = self.store.compactRevision
        } else {
            response.cancelReason = error.text
        }
        try await self.send(response)
    }

    private func response(_ id: Int64, at revision: Int64) -> Response {
        var response = Response()
        response.header = self.store.header(at: revision)
        response.watchID = id
        return response
    }

    private func send(_ response: Response) async throws {
        try await self.send(WatchAnswer(head: response))
    }

    private func send(_ answer: WatchAnswer) async throws {
        self.pending.append(answer)
        self.pendingByteCount += answer.byteCount
        if self.pendingByteCount >= Self.writeByteCount { try await self.flush() }
    }

    private func flush() async throws {
        guard !self.pending.isEmpty else { return }
        let answers = self.pending
        self.pending.removeAll(keepingCapacity: true)
        self.pendingByteCount = 0
        try await self.writer.write(contentsOf: answers)
    }
}

/// One watch of a stream.
struct Watcher {
    let id: Int64
    let filter: EventFilter
    let wantsFragments: Bool
    /// Whether it gets progress notifications when it is quiet.
    let wantsProgress: Bool
    /// What it takes in memory, about, in bytes.
    let byteCount: Int
    /// The first revision whose events it has not been sent.
    var next: Int64
    /// Whether something was sent to it since the last progress notification.
    var wasBusy = false
}

extension Etcdserverpb_WatchCreateRequest {
    /// What a watcher takes in memory, about, in bytes: its key, its end and itself.
    fileprivate var heldByteCount: Int { self.key.count + self.rangeEnd.count + 256 }
}

extension CallCounts {
    fileprivate func add(_ watcher: Watcher) {
        self.watchers.count()
        self.watcherBytes.count(watcher.byteCount)
    }

    fileprivate func remove(_ watcher: Watcher) {
        self.watchers.count(-1)
        self.watcherBytes.count(-watcher.byteCount)
    }
}

extension EtcdError {
    /// As Go's gRPC writes the code into the text of an error.
    fileprivate var goCodeName: String {
        switch self.code {
        case .permissionDenied: "PermissionDenied"
        case .unauthenticated: "Unauthenticated"
        default: "InvalidArgument"
        }
    }
}
