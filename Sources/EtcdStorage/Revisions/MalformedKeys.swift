public import Bolt

/// Keys of bucket `key` that are no revision: what they hold belongs to no key and no time, and is not shown.
///
/// etcd writes none, and does not start on a database that has one.
///
/// Source: etcd-io/etcd `server/storage/mvcc/revision.go`, `bytesToRev`.
public struct MalformedKeys: Hashable, Sendable {
    public private(set) var count = 0
    /// The first page that holds one; nil when there is none.
    public private(set) var page: PageID?

    /// None.
    public init() {}

    mutating func add(page: PageID) {
        self.count += 1
        self.page = self.page ?? page
    }

    /// Adds those of the pages behind.
    mutating func append(_ other: MalformedKeys) {
        self.count += other.count
        self.page = self.page ?? other.page
    }
}
