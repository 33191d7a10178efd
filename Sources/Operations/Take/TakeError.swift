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

extension TakeRefusal: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .leftOut(let refused): refused.description
        case .failed(let error): error.description
        case .unusable(let error): "\(self.endpoint): \(error)"
        }
    }
}

extension TakeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noDigest(let received):
            "the snapshot ended after \(received) bytes without its SHA-256"
        case .digestDiffers(let sent, let computed):
            "the snapshot came with SHA-256 \(hexadecimal(sent)), its bytes have \(hexadecimal(computed))"
        case .unreadable(let reason):
            StorageError(reason, path: "what was sent as a snapshot").description
        case .unsound(let findings, let first):
            "the snapshot is damaged: \(findings) finding\(findings == 1 ? "" : "s"), the first: \(first)"
        case .behind(let revision, let said):
            "the snapshot ends at revision \(revision), though the member was at \(said)"
        case .noSource(let refusals):
            "no endpoint gave a snapshot" + refusals.map { "\n  \($0)" }.joined()
        }
    }
}
