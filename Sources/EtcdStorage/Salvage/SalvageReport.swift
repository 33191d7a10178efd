/// What a salvage saves, what is lost, and what of it cannot be known.
public struct SalvageReport: Sendable {
    /// Where the saved state comes from.
    public enum Origin: String, Sendable {
        /// The newest state, of which nothing is lost.
        case newestState
        /// The state before the last transaction, of which nothing is lost.
        case stateBeforeLastTransaction
        /// What is left of the newest state.
        case remains
    }

    public var origin = Origin.remains

    /// Whether the file ends in a SHA-256 that its bytes do not have; false where it cannot be opened to compare them.
    public var digestDiffers = false

    /// Pages of the file.
    public var pageCount = 0
    /// Pages that the file's trees name and that cannot be read.
    public var lostPageCount = 0
    /// Pages that no sound branch names and that hold some of what is saved.
    public var unnamedPageCount = 0

    /// Changes that are saved.
    public var recordCount = 0
    /// Sound records that are left out, since they are older than the place where their key's history breaks or were
    /// compacted already.
    public var hiddenRecordCount = 0
    /// Records on readable pages that are damaged.
    public var damagedRecordCount = 0
    /// Main revisions above the source's compact revision of which a change is lost.
    public var missingRevisions = Revisions()
    /// Main revisions of which two copies of a change differ; that of the page that the newest tree names is saved, or
    /// of other pages the newer one's.
    public var contradictedRevisions = Revisions()
    /// Whether something is lost that may be a change after the newest one that is saved.
    public var mayLackNewest = false

    /// The newest revision that is saved.
    public var revision: Int64 = 0
    /// The oldest revision that can be read; 0 when all can be.
    public var compactRevision: Int64 = 0
    /// What it was in the source; nil when that is lost.
    public var sourceCompactRevision: Int64?

    /// Live keys that are saved.
    public var keyCount = 0
    /// Keys whose history has a gap.
    public var brokenKeys = Keys()
    /// Live keys that may have been changed or deleted since, up to ``revision``.
    public var uncertainKeys = Keys()

    /// Small buckets of which something is lost, in order of their names.
    public var damagedBuckets: [BucketName] = []
    /// Those of them that come from an older copy.
    public var outdatedBuckets: [BucketName] = []
    /// Buckets that are not etcd's, and left out.
    public var foreignBucketCount = 0
    /// Leases that are lost though live keys hang on them, and that are made anew.
    public var renewedLeaseCount = 0

    /// For how long a lost lease is made anew, in seconds: a day.
    public static let renewedLeaseSeconds: Int64 = 86_400

    init() {}

    /// Ranges of main revisions.
    public struct Revisions: Sendable {
        /// In ascending order, and at most ``limit``.
        public private(set) var ranges: [ClosedRange<Int64>] = []
        /// How many revisions there are in all.
        public private(set) var count: Int64 = 0
        /// The last of them.
        public private(set) var last: Int64?

        /// Ranges beyond this many are counted and not kept.
        public static let limit = 1000

        init() {}

        mutating func add(_ range: ClosedRange<Int64>) {
            self.ranges.append(range)
            self.last = max(self.last ?? range.upperBound, range.upperBound)
        }

        /// Puts what was added in order.
        mutating func merge() {
            var merged: [ClosedRange<Int64>] = []
            for range in self.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                    let end = max(last.upperBound, range.upperBound)
                    merged[merged.count - 1] = last.lowerBound...end
                } else {
                    merged.append(range)
                }
            }
            self.count = merged.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) }
            self.ranges = Array(merged.prefix(Self.limit))
        }
    }

    /// Names of keys.
    public struct Keys: Sendable {
        /// At most ``limit``.
        public private(set) var names: [[UInt8]] = []
        /// How many there are in all.
        public private(set) var count = 0

        /// Names beyond this many are counted and not kept.
        public static let limit = 1000

        init() {}

        mutating func add(_ name: [UInt8]) {
            self.count += 1
            if self.names.count < Self.limit { self.names.append(name) }
        }
    }
}
