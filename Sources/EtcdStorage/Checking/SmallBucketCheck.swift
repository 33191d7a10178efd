import Bolt
import Files
import ProtobufWire

/// Proves that every bucket is one of etcd's, and that the entries of the small ones can be read.
struct SmallBucketCheck {
    private(set) var findings = FindingList()

    /// The keys of bucket `meta`.
    private static let metaKeys: Set<String> = [
        "confState", "consistent_index", "finishedCompactRev", "scheduledCompactRev", "storageVersion",
        "term",
    ]
    private static let clusterKeys: Set<String> = ["clusterVersion", "downgrade"]
    private static let authKeys: Set<String> = ["authEnabled", "authRevision"]

    /// Checks the leaves of one bucket, which have been checked themselves.
    mutating func check(_ checked: StructureCheck.CheckedBucket, in bytes: RawSpan) {
        let text = String(decoding: checked.bucket.name, as: UTF8.self)
        guard let name = BucketName(rawValue: text) else {
            return self.findings.add(StorageFinding(.unknownBucket(name: text), page: checked.bucket.page))
        }
        guard name != .key else { return }
        for leaf in checked.leaves {
            var pairs = leaf.pairs
            while let pair = try? pairs.next(in: bytes) {
                if pair.isBucket {
                    self.findings.add(StorageFinding(.plainPairsExpected(bucket: text), page: leaf.page))
                } else if !Self.isReadable(pair, in: name, bytes) {
                    self.findings.add(StorageFinding(.unreadableEntry(bucket: text), page: leaf.page))
                }
            }
        }
    }

    /// Whether etcd writes such a pair into a bucket, as far as ``StoreFacts`` does not read it.
    static func isReadable(_ pair: Pair, in bucket: BucketName, _ bytes: RawSpan) -> Bool {
        switch bucket {
        case .meta:
            bytes.text(in: pair.key).map(Self.metaKeys.contains) ?? false
        case .auth:
            bytes.text(in: pair.key).map(Self.authKeys.contains) ?? false
        case .cluster:
            bytes.text(in: pair.key).map(Self.clusterKeys.contains) ?? false
                && bytes.text(in: pair.value) != nil
        case .authUsers, .authRoles:
            namesItself(pair, in: bytes)
        case .membersRemoved:
            bytes.text(in: pair.key).flatMap { UInt64($0, radix: 16) } != nil
        case .alarm, .key, .lease, .members:
            true  // StoreFacts reads every entry of these.
        }
    }

    /// Whether the value is a message whose first field is the pair's key, as users and roles are.
    private static func namesItself(_ pair: Pair, in bytes: RawSpan) -> Bool {
        var reader = ProtobufReader(pair.value)
        guard case .bytes(number: 1, let name)? = try? reader.next(in: bytes),
            bytes.compare(name, pair.key) == 0
        else { return false }
        do {
            while try reader.next(in: bytes) != nil {}
            return true
        } catch {
            return false
        }
    }
}
