/// What etcd keeps of a key beside its name and its value.
///
/// Source: etcd-io/etcd `api/mvccpb/kv.proto`, `KeyValue`.
public struct KeyMetadata: Hashable, Sendable {
    /// Main revision that created this generation of the key.
    public var createRevision: Int64
    /// Main revision of the last change.
    public var modRevision: Int64
    /// Changes in this generation, from 1.
    public var version: Int64
    /// Lease ID; 0 when there is none.
    public var lease: Int64
    /// Size of the value, in bytes.
    public var valueByteCount: Int

    public init(
        createRevision: Int64,
        modRevision: Int64,
        version: Int64,
        lease: Int64,
        valueByteCount: Int
    ) {
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
        self.valueByteCount = valueByteCount
    }

    init(_ keyValue: KeyValue) {
        self.init(
            createRevision: keyValue.createRevision,
            modRevision: keyValue.modRevision,
            version: keyValue.version,
            lease: keyValue.lease,
            valueByteCount: keyValue.value.count
        )
    }
}
