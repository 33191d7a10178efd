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
        /// Alarms that were raised in the cluster.
        public var alarms: [MemberStatus.RaisedAlarm]
        public var isLearner: Bool
        /// Whether it is kine, which has no IDs and of whose keys the snapshot was made here.
        public var isKine: Bool
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
    /// The snapshot before it in the same directory; nil when there is none that can be read.
    public var previous: EarlierSnapshot?

    /// Whether there is nothing in it: a member that has never had its cluster's data hands out such a file.
    public var isEmpty: Bool { self.status.totalKeys == 0 && self.status.revision <= 1 }

    /// Whether it has less than half of the keys that the snapshot before it has.
    public var hasManyFewerKeys: Bool {
        self.previous.map { self.status.totalKeys < $0.totalKeys - self.status.totalKeys } ?? false
    }
}

/// How far it has come.
public enum TakeProgress: Sendable {
    /// Bytes of the database that have come and that there are.
    case receiving(byteCount: UInt64, total: UInt64)
    /// All bytes are there; the file is read back.
    case checking
}
