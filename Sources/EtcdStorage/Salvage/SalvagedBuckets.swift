import Bolt

/// What is left of the buckets other than `key`.
///
/// A bucket is taken from the newest tree as far as its pages can be read. Where the page that names it is lost, an
/// older copy of that page is looked for among the free pages: the one that has applied the most of the raft log.
struct SalvagedBuckets {
    private(set) var pairs: [BucketName: SmallBucket.Pairs] = [:]
    /// Buckets of which something cannot be read, or that are gone.
    private(set) var damaged: Set<BucketName> = []
    /// Buckets that come from an older copy of the page that names them.
    private(set) var outdated: Set<BucketName> = []

    /// Takes what the newest tree has of a bucket.
    mutating func add(_ name: BucketName, _ tree: RemainingTree, in bytes: RawSpan) {
        if !tree.gaps.isEmpty { self.damaged.insert(name) }
        var found = self.pairs[name] ?? [:]
        for leaf in tree.leaves {
            var pairs = leaf.page.pairs
            while let pair = try? pairs.next(in: bytes) {
                if name.holds(pair, in: bytes) {
                    found[bytes.copy(pair.key)] = bytes.copy(pair.value)
                } else {
                    self.damaged.insert(name)
                }
            }
        }
        self.pairs[name] = found
    }

    /// Makes the buckets empty that the source does not have.
    mutating func addMissing() {
        for name in BucketName.allCases where name != .key && self.pairs[name] == nil {
            self.pairs[name] = [:]
        }
    }

    /// Notes the buckets that nothing was found of as damaged.
    mutating func noteMissing() {
        for name in BucketName.allCases where name != .key && self.pairs[name] == nil {
            self.damaged.insert(name)
        }
    }

    /// Looks for the buckets that nothing was found of in older copies of the page that names them.
    mutating func complete(from roots: [[Bucket]], in file: inout DamagedBoltFile, _ bytes: RawSpan) {
        var copies = roots.map { buckets in (buckets, Self.consistentIndex(of: buckets, in: file, bytes)) }
        copies.sort { $0.1 > $1.1 }
        for name in BucketName.allCases where name != .key && self.pairs[name] == nil {
            for (buckets, _) in copies {
                guard let bucket = buckets.first(where: { $0.name == name.bytes }) else { continue }
                self.add(name, file.tree(of: bucket), in: bytes)
                self.outdated.insert(name)
                break
            }
        }
    }

    /// The last raft entry that was applied when a copy was written; 0 when it does not say.
    private static func consistentIndex(
        of buckets: [Bucket],
        in file: DamagedBoltFile,
        _ bytes: RawSpan
    ) -> UInt64 {
        guard let meta = buckets.first(where: { $0.name == BucketName.meta.bytes }) else { return 0 }
        // Looking at it takes no page away from others.
        var file = file
        for leaf in file.tree(of: meta).leaves {
            var pairs = leaf.page.pairs
            while let pair = try? pairs.next(in: bytes) {
                guard bytes.text(in: pair.key) == MetaKey.consistentIndex.rawValue else { continue }
                return bytes.bigEndian(UInt64.self, in: pair.value) ?? 0
            }
        }
        return 0
    }

    /// Adds a lease that a page without a name still has.
    mutating func add(lease: Lease) {
        self.pairs[.lease, default: [:]][lease.key] = lease.message
    }

    /// What bucket `meta` tells of the source's compactions.
    var compactions: SalvagedCompactions {
        guard let meta = self.pairs[.meta], !meta.isEmpty else { return SalvagedCompactions() }
        func revision(_ key: MetaKey) -> Int64? {
            meta[key.bytes].flatMap { RevisionKey(reading: $0.span.bytes, in: 0..<$0.count)?.main }
        }
        var facts = StoreFacts()
        facts.scheduledCompactRevision = revision(.scheduledCompaction)
        facts.finishedCompactRevision = revision(.finishedCompaction)
        // etcd notes first that a compaction is asked for, and that it is done only then.
        let tellsOfLast = !self.outdated.contains(.meta) && facts.scheduledCompactRevision != nil
        let isLast = tellsOfLast || !self.damaged.contains(.meta)
        return SalvagedCompactions(
            revision: facts.compactRevision,
            isLast: isLast,
            isFinished: isLast && facts.isCompactionFinished
        )
    }
}

/// What is known of a source's compactions.
struct SalvagedCompactions {
    /// The last one that is known; 0 when none is.
    var revision: Int64 = 0
    /// Whether there was no later one.
    ///
    /// A copy of bucket `meta` that is older than the source, or of which something is lost, does not tell.
    var isLast = false
    /// Whether the last one of all is known to be done, not merely begun.
    var isFinished = false
}

extension BucketName {
    /// Whether a pair is what etcd writes into this bucket, which is not `key`.
    func holds(_ pair: Pair, in bytes: RawSpan) -> Bool {
        guard !pair.isBucket, (1...BoltWriter.maximumKeySize).contains(pair.keyCount),
            pair.valueCount <= BoltWriter.maximumValueSize
        else { return false }
        switch self {
        case .alarm: return Alarm(reading: bytes, in: pair.key) != nil
        case .key: return false
        case .lease: return Lease(pair, in: bytes) != nil
        case .members:
            let member = Member(json: bytes.copy(pair.value))
            return member.map { String($0.id, radix: 16) == bytes.text(in: pair.key) } ?? false
        case .meta: return isMetaPair(pair, in: bytes)
        case .auth:
            return SmallBucketCheck.isReadable(pair, in: self, bytes)
                && pair.valueCount == (bytes.text(in: pair.key) == "authEnabled" ? 1 : 8)
        case .cluster:
            let isShort = bytes.text(in: pair.key) != "clusterVersion" || pair.valueCount <= 64
            return isShort && SmallBucketCheck.isReadable(pair, in: self, bytes)
        case .authUsers, .authRoles, .membersRemoved:
            return SmallBucketCheck.isReadable(pair, in: self, bytes)
        }
    }
}

extension Lease {
    /// A pair of bucket `lease`; nil when it is none.
    init?(_ pair: Pair, in bytes: RawSpan) {
        self.init(reading: bytes, in: pair.value)
        guard self.id != 0, bytes.bigEndian(Int64.self, in: pair.key) == self.id else { return nil }
    }
}

private func isMetaPair(_ pair: Pair, in bytes: RawSpan) -> Bool {
    switch bytes.text(in: pair.key).flatMap(MetaKey.init(rawValue:)) {
    case .consistentIndex, .term: pair.valueCount == 8
    case .confState: StoreFacts.confState(in: pair.value, bytes) != nil
    case .scheduledCompaction, .finishedCompaction: RevisionKey(reading: bytes, in: pair.value) != nil
    case .storageVersion: pair.valueCount <= 64 && bytes.text(in: pair.value) != nil
    case nil: false
    }
}
