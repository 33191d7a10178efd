public import EtcdStorage

/// Why the store does not do what it was asked, with the code and the text that etcd gives: clients match on them.
///
/// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
public struct EtcdError: Error, Hashable, Sendable {
    /// gRPC's codes, by their names and numbers.
    ///
    /// Source: grpc.io, "Status codes and their use in gRPC".
    public enum Code: Int, Hashable, Sendable {
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case notFound = 5
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case outOfRange = 11
        case internalError = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16
    }

    public var code: Code
    /// With etcd's own words: `etcdserver: key not found`.
    public var text: String
    /// What is damaged in the source, with its path, page and key, when that is the reason.
    public var damage: StorageError?

    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

extension EtcdError {
    /// What reading a store or changing it throws, in etcd's words.
    public init(_ error: StorageError) {
        switch error.reason {
        case .compacted: self = .compacted
        case .futureRevision: self = .futureRevision
        default: self = .damaged(error)
        }
    }

    /// The source is damaged where it was read.
    ///
    /// Path and key are for the log alone: not every client may know them.
    public static func damaged(_ damage: StorageError) -> EtcdError {
        let page = damage.page.map { " on page \($0) of their file" } ?? ""
        var error = EtcdError(.dataLoss, "etcdserver: corrupt cluster: the data are damaged\(page)")
        error.damage = damage
        return error
    }

    /// Runs `body`, and says in etcd's words what it throws.
    static func translating<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(EtcdError) -> Result {
        do {
            return try body()
        } catch {
            throw EtcdError(error)
        }
    }
}
