// etcd's own errors, each with the code and the words that clients compare.
//
// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdError {
    public static let emptyKey = EtcdError(.invalidArgument, "etcdserver: key is not provided")
    public static let keyNotFound = EtcdError(.invalidArgument, "etcdserver: key not found")
    public static let valueProvided = EtcdError(.invalidArgument, "etcdserver: value is provided")
    public static let leaseProvided = EtcdError(.invalidArgument, "etcdserver: lease is provided")
    public static let tooManyOperations = EtcdError(
        .invalidArgument,
        "etcdserver: too many operations in txn request"
    )
    public static let duplicateKey = EtcdError(
        .invalidArgument,
        "etcdserver: duplicate key given in txn request"
    )
    public static let invalidSortOption = EtcdError(.invalidArgument, "etcdserver: invalid sort option")
    public static let compacted = EtcdError(
        .outOfRange,
        "etcdserver: mvcc: required revision has been compacted"
    )
    public static let futureRevision = EtcdError(
        .outOfRange,
        "etcdserver: mvcc: required revision is a future revision"
    )
    public static let noSpace = EtcdError(
        .resourceExhausted,
        "etcdserver: mvcc: database space exceeded"
    )
    public static let leaseNotFound = EtcdError(.notFound, "etcdserver: requested lease not found")
    public static let leaseExists = EtcdError(.failedPrecondition, "etcdserver: lease already exists")
    public static let leaseTTLTooLarge = EtcdError(.outOfRange, "etcdserver: too large lease TTL")
    public static let requestTooLarge = EtcdError(.invalidArgument, "etcdserver: request is too large")
    public static let tooManyRequests = EtcdError(.resourceExhausted, "etcdserver: too many requests")
    public static let corrupt = EtcdError(.dataLoss, "etcdserver: corrupt cluster")
    public static let stopped = EtcdError(.unavailable, "etcdserver: server stopped")
    /// Not one of etcd's own, which ends its process over a request of its log that it does not know.
    public static let unknownRequest = EtcdError(
        .internalError,
        "etcdserver: the log has a request of a kind that is not known"
    )
}
