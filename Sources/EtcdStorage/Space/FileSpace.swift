/// Where the bytes of a database's file are; all parts together are the file.
///
/// A record's bytes are those of its revision and its message. All sizes in bytes.
public struct FileSpace: Hashable, Sendable {
    /// The values of the keys that live at the newest revision.
    public internal(set) var liveValues = 0
    /// What the records of these keys hold beside the values: revisions, names, versions, leases.
    public internal(set) var liveKeys = 0
    /// Records that were overwritten, or whose key was deleted.
    public internal(set) var history = 0
    /// Records of deletions.
    public internal(set) var tombstones = 0
    /// Records that belong to no key: that of a revision bump, and keys that are no revision.
    public internal(set) var otherRecords = 0
    /// The pairs of the other buckets: leases, members, users and so on.
    public internal(set) var otherBuckets = 0
    /// Page headers, element tables, branch keys, names of buckets.
    public internal(set) var structure = 0
    /// The rest of pages that are in use.
    public internal(set) var slack = 0
    /// Pages that nothing uses, whether or not a list names them.
    public internal(set) var freePages = 0
    /// Both meta pages, and the pages of the list of free pages.
    public internal(set) var metaPages = 0
    /// What lies behind the last page: etcd makes its file longer in large steps.
    public internal(set) var behindDatabase = 0
    /// The SHA-256 at the end of a snapshot.
    public internal(set) var digest = 0

    /// The file's length.
    public var total: Int { self.database + self.behindDatabase + self.digest }

    /// The length of the database's pages, which etcd calls its size and compares with its quota.
    public var database: Int { self.inUse + self.freePages }

    /// The pages that hold something; what etcd calls the size in use.
    public var inUse: Int {
        self.liveValues + self.liveKeys + self.history + self.tombstones + self.otherRecords
            + self.otherBuckets + self.structure + self.slack + self.metaPages
    }

    /// The records that a compaction at the newest revision drops.
    public var compactable: Int { self.history + self.tombstones }
}
