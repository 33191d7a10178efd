public import EtcdClient
public import EtcdStorage

/// Why what a member sent is not a snapshot that can be relied on.
public enum TakeError: Error, Hashable, Sendable {
    /// It ended without the 32 bytes that prove it; sizes in bytes.
    case noDigest(received: UInt64)
    /// Its SHA-256 is not the one that it ends in.
    case digestDiffers(sent: [UInt8], computed: [UInt8])
    /// It is not an etcd database that can be opened.
    case unreadable(StorageError.Reason)
    /// It breaks bbolt's or etcd's rules.
    case unsound(findings: Int, first: String)
    /// It ends before the revision that the member had said it was at.
    case behind(revision: Int64, said: Int64)
    /// It has fewer live keys than were expected.
    case fewKeys(Int, expected: Int)
    /// No endpoint gave one.
    case noSource([TakeRefusal])
}

/// An endpoint that gave no snapshot.
public struct TakeRefusal: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// It was not asked.
        case leftOut(SnapshotSources.Refused)
        /// It was asked, and this came of it.
        case failed(EtcdClientError)
        case unusable(TakeError)
    }

    public var endpoint: EtcdEndpoint
    public var reason: Reason

    public init(endpoint: EtcdEndpoint, reason: Reason) {
        self.endpoint = endpoint
        self.reason = reason
    }
}
