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

    public init(createRevision: Int64, modRevision: Int64, version: Int64, lease: Int64) {
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }

    /// What a tombstone's record says: it holds the key alone.
    static var zero: KeyMetadata { KeyMetadata(createRevision: 0, modRevision: 0, version: 0, lease: 0) }
}
