public import Bolt

/// Something that etcd would not have written, and where it lies.
///
/// Names keys, which are objects' names, and never shows a value.
public struct StorageFinding: Hashable, Sendable {
    /// One broken rule.
    public enum Reason: Hashable, Sendable {
        case badRevisionKey
        /// Above the compact revision every main revision has a record.
        case missingRevision(expected: Int64)
        /// Above the compact revision the operations of a transaction are numbered from 0 without gaps.
        case missingOperation(expected: Int64)
        case tooManyOperations
        /// A finished compaction has left only the newest state of each live key.
        case compactedRevisionRemains
        case notAKeyValue
        /// Only the revision bump of a restore leaves an empty record, at its compact revision.
        case emptyRecord
        case namelessKey
        case modRevisionDiffers(found: Int64)
        case createRevisionDiffers(found: Int64, expected: Int64)
        case versionDiffers(found: Int64, expected: Int64)
        /// Create revision and version contradict the mod revision.
        case impossibleHistory(create: Int64, version: Int64)
        case tombstoneWithContent
        /// Nothing was alive that it could delete.
        case tombstoneOfNothing
        case missingLease(id: Int64)

        case unknownBucket(name: String)
        case plainPairsExpected(bucket: String)
        case unreadableEntry(bucket: String)
        case bucketMissing(name: String)
    }

    public var reason: Reason
    public var page: PageID?
    public var revision: RevisionKey?
    /// The key's bytes, where they could be read.
    public var key: [UInt8]?

    public init(_ reason: Reason, page: PageID? = nil, revision: RevisionKey? = nil, key: [UInt8]? = nil) {
        self.reason = reason
        self.page = page
        self.revision = revision
        self.key = key
    }

    /// Whether a later etcd may have written it, as far as this version can know.
    public var mayBeNewer: Bool {
        switch self.reason {
        case .unknownBucket: true
        case .unreadableEntry(let bucket): bucket == "meta" || bucket == "auth" || bucket == "cluster"
        default: false
        }
    }

    /// What is wrong, without the place.
    public var explanation: String {
        switch self.reason {
        case .badRevisionKey: "a key of bucket key is not a revision"
        case .missingRevision(let expected): "revision \(expected) is missing before it"
        case .missingOperation(let expected): "operation \(expected) of its transaction is missing before it"
        case .tooManyOperations: "no transaction has that many operations"
        case .compactedRevisionRemains: "it should have been removed by the compaction, which is finished"
        case .notAKeyValue: "the record is not a key-value message"
        case .emptyRecord: "the record is empty, and no revision bump explains that"
        case .namelessKey: "the record names no key"
        case .modRevisionDiffers(let found): "the record has mod revision \(found)"
        case .createRevisionDiffers(let found, let expected):
            "create revision \(found), where its history says \(expected)"
        case .versionDiffers(let found, let expected): "version \(found), where its history says \(expected)"
        case .impossibleHistory(let create, let version):
            "create revision \(create) and version \(version) cannot both be true"
        case .tombstoneWithContent: "a tombstone that holds more than its key"
        case .tombstoneOfNothing: "a tombstone of a key that did not exist"
        case .missingLease(let id): "lease \(String(id, radix: 16)) does not exist"
        case .unknownBucket(let name): "bucket \(name) is not one of etcd's"
        case .plainPairsExpected(let bucket):
            "bucket \(bucket) holds a bucket, where etcd keeps plain entries"
        case .unreadableEntry(let bucket): "an entry of bucket \(bucket) is not what etcd writes there"
        case .bucketMissing(let name): "bucket \(name) is missing"
        }
    }
}
