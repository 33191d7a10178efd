public import EtcdClient
public import FoundationEssentials
public import KubernetesCodec

/// What to rehearse, and on what.
public struct RehearsalRequest: Sendable {
    /// A snapshot file, or a stopped member's data directory.
    public var path: String
    /// What serves the restored directory, one after the other.
    public var servers: [any RehearsalServer]
    /// Started on each of them in turn, to list everything through it.
    public var apiServer: KubeAPIServer?
    /// An existing directory with room for the restored store and a snapshot of it.
    public var scratchParent: String
    /// Whether the restored directory is left where it is.
    public var keepsScratch = false
    /// A user of etcd's own authentication, for servers that ask for one.
    public var credentials: ConnectionOptions.Credentials?
    /// Opens encrypted values; without it they stay closed.
    public var decryption: Decryption?
    /// The time now.
    public var date: @Sendable () -> Date

    public init(
        path: String,
        servers: [any RehearsalServer],
        scratchParent: String,
        date: @escaping @Sendable () -> Date
    ) {
        self.path = path
        self.servers = servers
        self.scratchParent = scratchParent
        self.date = date
    }
}

/// What a rehearsal is doing.
public enum RehearsalProgress: Sendable {
    case verifyingAndRestoring
    case restoring
    case starting(RehearsalProgram)
    /// Keys that were read back, of all.
    case reading(Int, of: Int)
    /// Bytes of the snapshot that have come, of all.
    case receiving(UInt64, of: UInt64)
    /// A resource that is listed through an API server.
    case listing(resource: String)
    /// Checking the objects.
    case checking
}
