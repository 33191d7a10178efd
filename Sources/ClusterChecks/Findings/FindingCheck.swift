public import KubernetesCodec

/// A rule whose findings are told one by one: looks at every object once, as ``ClusterCheck`` does.
protocol FindingCheck: Sendable {
    static var name: FindingCheckName { get }
    init()
    mutating func look(at object: CheckedObject)
    mutating func add(_ other: Self)
    /// What was found; what is graver comes first where there may be too many to keep.
    func findings(_ conditions: FindingConditions) -> Sample<Finding>
}

/// What findings are measured by.
public struct FindingConditions: Sendable {
    /// The time now, in seconds since 1970.
    public var now: Int64
    /// A certificate that expires within so many seconds is told.
    public var expiryNotice: Int64
    /// etcd's quota, in bytes.
    public var quota: Int
    /// With which keys the API server encrypts; nil when that is not known.
    public var configuration: EncryptionConfiguration?

    /// etcd's default quota.
    ///
    /// Source: etcd-io/etcd `server/storage/quota.go`, `DefaultQuotaBytes`.
    public static let defaultQuota = 2 << 30

    public init(
        now: Int64,
        expiryNotice: Int64,
        quota: Int = Self.defaultQuota,
        configuration: EncryptionConfiguration? = nil
    ) {
        self.now = now
        self.expiryNotice = expiryNotice
        self.quota = quota
        self.configuration = configuration
    }
}
