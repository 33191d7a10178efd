public import EtcdClient

/// A snapshot that has come complete and proved right.
public struct TakenSnapshot: Sendable {
    /// Where it came from.
    public struct Origin: Hashable, Sendable {
        public var endpoint: EtcdEndpoint
        public var clusterID: UInt64
        public var memberID: UInt64
        /// Of the etcd that sent it, such as 3.5.1.
        public var etcdVersion: String
    }

    public var origin: Origin
    /// All bytes, the digest among them.
    public var byteCount: UInt64
    /// The SHA-256 that it ends in: 32 bytes.
    public var digest: [UInt8]
    /// From the first request to the end, in seconds.
    public var seconds: Double
    /// Endpoints that gave none, and why.
    public var refusals: [TakeRefusal]

    /// Bytes a second.
    public var rate: Double { self.seconds > 0 ? Double(self.byteCount) / self.seconds : 0 }
}

/// A snapshot in its file.
public struct TakenFile: Sendable {
    public var path: String
    public var snapshot: TakenSnapshot
    /// What the file itself says.
    public var status: SnapshotStatus

    /// Whether there is nothing in it: a member that has never had its cluster's data hands out such a file.
    public var isEmpty: Bool { self.status.totalKeys == 0 && self.status.revision <= 1 }
}

/// How far it has come.
public enum TakeProgress: Sendable {
    /// Bytes of the database that have come and that there are.
    case receiving(byteCount: UInt64, total: UInt64)
    /// All bytes are there; the file is read back.
    case checking
}
