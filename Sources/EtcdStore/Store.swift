public import EtcdMessages
public import EtcdStorage
import Synchronization

/// etcd's multi-version store over a source that is never written.
///
/// The source is a snapshot or a stopped member's database, mapped into memory; what is written lives in
/// an overlay in memory. Every call takes and gives the messages of etcd's own API, with the headers
/// filled in, and refuses with etcd's own errors. Writes come one after the other. A reader takes a view of
/// the store, which costs nothing, and reads it without keeping a writer waiting.
///
/// There is no clock in here: who calls passes `now`, nanoseconds of a monotonic clock.
public final class Store: Sendable {
    /// What the headers say of who answers.
    public struct Identity: Hashable, Sendable {
        public var clusterID: UInt64
        public var memberID: UInt64
        public var raftTerm: UInt64

        public init(clusterID: UInt64, memberID: UInt64, raftTerm: UInt64) {
            self.clusterID = clusterID
            self.memberID = memberID
            self.raftTerm = raftTerm
        }
    }

    public let identity: Identity
    /// What lies below the overlay; nil for a store that began empty.
    public let source: EtcdDatabase?

    /// How many operations it has done.
    public let counts = OperationCounts()
    let quota: StorageQuota
    let state: Mutex<StoreState>
    /// Held while a compaction goes on.
    let compaction = Mutex<Void>(())
    let waiters = RevisionWaiters()
    /// The size of source and overlay after the last write, in bytes: read without waiting for the lock.
    let size: Atomic<Int>

    /// An empty store.
    public init(identity: Identity, quota: StorageQuota = .none) {
        self.identity = identity
        self.source = nil
        self.quota = quota
        let state = StoreState(counting: self.counts)
        self.size = Atomic(state.overlay.totalByteCount)
        self.state = Mutex(state)
    }

    /// A store over `source`; its leases begin anew at `now`.
    ///
    /// - Throws: What reading the source's keys throws; it is refused when it has no bucket `key`.
    public init(
        source: EtcdDatabase,
        identity: Identity,
        quota: StorageQuota = .none,
        now: UInt64
    ) throws(StorageError) {
        self.identity = identity
        self.source = source
        self.quota = quota
        let state = try StoreState(source: OverlaySource(source), now: now, counting: self.counts)
        self.size = Atomic(state.overlay.totalByteCount)
        self.state = Mutex(state)
    }

    /// The newest revision; 1 when nothing was ever written.
    public var revision: Int64 { self.state.withLock { $0.overlay.revision } }

    /// The revision of the last compaction; -1 when there was none.
    ///
    /// What is older cannot be read; a watch may begin at it.
    public var compactRevision: Int64 { self.state.withLock { $0.overlay.compactRevision } }

    /// How many keys live.
    public var keyCount: Int { self.overlay.newestView.count(in: .all) }

    /// The keys and revisions as they are now.
    public var overlay: Overlay { self.state.withLock { $0.overlay } }

    /// A header of the store's newest revision.
    public func header() -> Etcdserverpb_ResponseHeader { self.header(at: self.revision) }

    /// A header of a revision.
    public func header(at revision: Int64) -> Etcdserverpb_ResponseHeader {
        var header = Etcdserverpb_ResponseHeader()
        header.clusterID = self.identity.clusterID
        header.memberID = self.identity.memberID
        header.raftTerm = self.identity.raftTerm
        header.revision = revision
        return header
    }

    /// The answer with who gives it; the revision is there already.
    func complete<Response: HeaderedResponse>(_ response: Response) -> Response {
        var response = response
        response.header = self.header(at: response.header.revision)
        return response
    }
}
