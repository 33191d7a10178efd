/// Sums buckets and pairs up as etcd does: CRC-32C over each bucket's name, and then each key and value.
public struct HashSink: DatabaseSink {
    /// What is summed up.
    public enum Scope: Sendable {
        /// All pairs, as etcdutl's `snapshot status` does.
        case everything
        /// All pairs but those of `meta` that differ between the members of a cluster, as etcd's `Hash` does.
        case sharedByMembers
    }

    public private(set) var sum = CRC32C()
    private let scope: Scope
    private var isInMeta = false

    public init(_ scope: Scope) {
        self.scope = scope
    }

    public mutating func beginBucket(_ name: [UInt8]) {
        self.sum.update(name)
        self.isInMeta = name == BucketName.meta.bytes
    }

    public mutating func append(key: RawSpan, value: RawSpan) {
        if self.isInMeta, self.scope == .sharedByMembers, isMembersOwn(key) { return }
        self.sum.update(key)
        self.sum.update(value)
    }
}

/// Whether the value of a key of `meta` differs between members.
///
/// Source: etcd-io/etcd `server/storage/schema/bucket.go`, `DefaultIgnores`.
private func isMembersOwn(_ key: RawSpan) -> Bool {
    [MetaKey.term, .consistentIndex, .storageVersion].contains { own in
        key.withUnsafeBytes { $0.elementsEqual(own.rawValue.utf8) }
    }
}
