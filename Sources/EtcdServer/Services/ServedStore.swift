import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import GRPCCore
import Logging
import Synchronization

/// The store and what all services share beside it.
final class ServedStore: Sendable {
    let store: Store
    let access: Authorizer
    let options: ServerOptions
    let log: Logger
    let damageLog: DamageLog
    let counts = CallCounts()
    let longWork = LongWork()
    let sharedEvents: SharedEvents
    /// Sent when there is a new revision.
    let watchSignals = SignalSet()

    init(store: Store, options: ServerOptions, log: Logger) {
        self.store = store
        self.access = Authorizer(store, ignoresUsers: options.ignoresUsers)
        self.options = options
        self.log = log
        self.damageLog = DamageLog(log)
        self.sharedEvents = SharedEvents(store)
    }

    func requireWritable() throws(EtcdError) {
        if self.options.isReadOnly { throw .readOnly }
    }

    /// Refuses a write that etcd would not hand on to its members.
    func requireSize(_ byteCount: Int) throws(EtcdError) {
        let limit = self.options.maxMessageBytes
        guard byteCount <= limit else {
            throw EtcdError(
                .resourceExhausted,
                "grpc: received message larger than max (\(byteCount) vs. \(limit))"
            )
        }
        guard byteCount + Self.envelopeByteCount <= self.options.maxRequestBytes else {
            throw .requestTooLarge
        }
    }

    /// What etcd wraps around a request before it measures it: a header with an ID, and the request's own
    /// field and length.
    private static let envelopeByteCount = 18
}

/// The versions of etcd that the server names.
///
/// A kube-apiserver asks for at least 3.5.13 before it trusts watch progress for consistent reads from its cache.
public enum ServerVersion {
    public static let server = "3.5.21"
    public static let cluster = "3.5.0"
}

/// How the store is served.
public struct ServerOptions: Sendable {
    /// etcd's `--max-request-bytes`.
    public var maxRequestBytes = 3 << 19
    public var maxConcurrentStreams = 10_000
    public var maxConnections = 4_000
    /// What calls under way may keep in memory, in bytes, beside two answers with the whole store; watches may take a
    /// quarter of it more.
    public var maxCallBytes = 512 << 20
    /// How long a new connection may take for the TLS handshake and its greeting or HTTP request.
    public var greetingTimeout = Duration.seconds(10)
    /// How often a quiet watch that asks for it gets a progress notification, up to a tenth more.
    public var watchProgressInterval = Duration.seconds(600)
    /// Refuses everything that would change the store; leases do not expire.
    public var isReadOnly = false
    /// Whether plaintext may be spoken with other machines.
    public var allowsPlaintextOffLoopback = false
    /// Whether everybody may do everything, though the store has users; they can be changed all the same.
    public var ignoresUsers = false
    public var name = "registree"
    /// Where a snapshot waits while it is sent; it is as large as the store.
    public var spoolDirectory = TemporaryFiles.standardDirectory
    /// Gives the SHA-256 of the source's database, 32 bytes, where this program's own writer made the source: until
    /// the store is changed, its snapshots are then the source's file, which is neither written anew nor hashed.
    ///
    /// The same pairs give the same bytes in that writer, so that a fresh file would be no other. nil for a source
    /// that another program wrote.
    public var sourceDigest: (@Sendable () async throws -> [UInt8])?
    /// After so long without anything read, a snapshot's client may have to make room for another's.
    public var snapshotStallTime = Duration.seconds(60)

    public init() {}

    /// etcd takes messages that are so much longer than the requests it allows.
    var maxMessageBytes: Int { self.maxRequestBytes + 512 << 10 }
}

/// Logs damage in the source, each place once: a client may read the same key over and over.
final class DamageLog: Sendable {
    /// More places are not logged.
    private static let limit = 1_000

    private let log: Logger
    private let logged = Mutex<Set<StorageError>>([])

    init(_ log: Logger) {
        self.log = log
    }

    /// Logs the error with path, page and key, if it comes from damage.
    func note(_ error: EtcdError) {
        guard let damage = error.damage else { return }
        let isNew = self.logged.withLock { $0.count < Self.limit && $0.insert(damage).inserted }
        if isNew { self.log.error("the source is damaged", metadata: ["error": "\(damage)"]) }
    }
}

/// What ``Metrics`` counts, and what all watchers take.
final class CallCounts: Sendable {
    let watchStreams = Atomic(0)
    let watchers = Atomic(0)
    /// What the watchers take in memory, about, in bytes.
    let watcherBytes = Atomic(0)
    let eventsSent = Atomic(0)
}

extension Atomic where Value == Int {
    func count(_ change: Int = 1) {
        self.wrappingAdd(change, ordering: .relaxed)
    }

    var value: Int { self.load(ordering: .relaxed) }
}
