import GRPCCore

/// etcd's own refusals, each with the code and the words that clients compare.
///
/// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdRefusal {
    public static let emptyKey = EtcdRefusal(.invalidArgument, "etcdserver: key is not provided")
    public static let keyNotFound = EtcdRefusal(.invalidArgument, "etcdserver: key not found")
    public static let valueProvided = EtcdRefusal(.invalidArgument, "etcdserver: value is provided")
    public static let leaseProvided = EtcdRefusal(.invalidArgument, "etcdserver: lease is provided")
    public static let tooManyOperations = EtcdRefusal(
        .invalidArgument,
        "etcdserver: too many operations in txn request"
    )
    public static let duplicateKey = EtcdRefusal(
        .invalidArgument,
        "etcdserver: duplicate key given in txn request"
    )
    public static let invalidSortOption = EtcdRefusal(.invalidArgument, "etcdserver: invalid sort option")
    public static let compacted = EtcdRefusal(
        .outOfRange,
        "etcdserver: mvcc: required revision has been compacted"
    )
    public static let futureRevision = EtcdRefusal(
        .outOfRange,
        "etcdserver: mvcc: required revision is a future revision"
    )
    public static let noSpace = EtcdRefusal(
        .resourceExhausted,
        "etcdserver: mvcc: database space exceeded"
    )
    public static let leaseNotFound = EtcdRefusal(.notFound, "etcdserver: requested lease not found")
    public static let leaseExists = EtcdRefusal(.failedPrecondition, "etcdserver: lease already exists")
    public static let leaseTTLTooLarge = EtcdRefusal(.outOfRange, "etcdserver: too large lease TTL")
    public static let watchCanceled = EtcdRefusal(.cancelled, "etcdserver: watch canceled")
    public static let requestTooLarge = EtcdRefusal(.invalidArgument, "etcdserver: request is too large")
    public static let tooManyRequests = EtcdRefusal(.resourceExhausted, "etcdserver: too many requests")
    public static let corrupt = EtcdRefusal(.dataLoss, "etcdserver: corrupt cluster")
    public static let stopped = EtcdRefusal(.unavailable, "etcdserver: server stopped")
}
