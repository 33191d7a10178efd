import Files

/// A walk of the whole file that finds everything wrong with its pages instead of stopping at the first.
///
/// Checked are both meta pages, and for every page below the root: header, element table, order of keys
/// within the page and against the branch above, that it is reached once, and that it is not free.
/// With a freelist page, every page must be reachable or free. A damaged page is reported and what
/// lies below it is left out.
public struct StructureCheck: Sendable {
    /// What is wrong, in the order in which it was found; at most ``findingLimit``.
    public private(set) var findings: [BoltError] = []
    /// How many findings there were in all.
    public private(set) var findingCount = 0
    /// The sound leaves of each bucket at the top, in order.
    public private(set) var buckets: [CheckedBucket] = []
    /// Pages of the database: meta pages, reachable pages with their overflow, and free ones.
    public private(set) var pageCount = 0

    /// A bucket and those of its leaves that have no finding.
    public struct CheckedBucket: Sendable {
        public var bucket: Bucket
        public var leaves: [LeafPage]
        /// Whether its pages have no finding, so that the leaves are all of it.
        public var isWhole: Bool
    }

    /// Findings beyond this many are counted and not kept.
    public static let findingLimit = 1000

    private let file: BoltFile
    private var reached: PageSet

    /// Checks `file`; what is wrong is in ``findings``.
    public init(of file: BoltFile) {
        self.file = file
        self.pageCount = Int(file.meta.highWater.rawValue)
        self.reached = PageSet(count: self.pageCount)
        let stray = file.byteCount % file.pageSize
        if stray != 0 { self.report(BoltError(.strayBytes(count: stray), page: file.meta.highWater)) }
        file.file.withBytes { bytes in
            self.checkMetaPages(in: bytes)
            self.checkRoot(in: bytes)
            self.checkFreelist(in: bytes)
        }
    }

    /// Checks what the readers of all leaves have not seen.
    ///
    /// These are the meta pages, the tree of the buckets, and that each page is in one tree or free. Bytes behind the
    /// last page are not looked at.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - buckets: The leaves of every bucket, listed with their edges.
    ///   - walks: What their readers noted.
    public init(of file: BoltFile, buckets: [LeafList], walks: [LeafWalk]) {
        self.file = file
        self.pageCount = Int(file.meta.highWater.rawValue)
        self.reached = PageSet(count: self.pageCount)
        file.file.withBytes { bytes in
            self.checkMetaPages(in: bytes)
            _ = self.checkTree(root: file.meta.root, in: bytes)
            for bucket in buckets { self.reach(bucket) }
            for walk in walks {
                walk.findings.forEach { self.report($0) }
                walk.overflow.forEach { self.reach($0) }
            }
            self.checkFreelist(in: bytes)
        }
    }

    /// Marks the pages of a bucket but the overflow of its leaves as reached.
    private mutating func reach(_ bucket: LeafList) {
        guard case .tree(let root) = bucket.bucket.storage else { return }
        self.reach(root.rawValue..<root.rawValue + 1)
        if let page = self.reached.formUnion(bucket.tree.firstPages) {
            self.report(BoltError(.referencedTwice, page: page))
        }
        bucket.tree.findings.forEach { self.report($0) }
        bucket.tree.overflow.forEach { self.reach($0) }
    }

    private mutating func reach(_ pages: Range<UInt64>) {
        // The first that was reached before ends it, so that overlapping pages take no longer than others.
        let known = pages.first { !self.reached.insert(PageID($0)) }
        if let known { self.report(BoltError(.referencedTwice, page: PageID(known))) }
    }

    private mutating func report(_ finding: BoltError) {
        self.findingCount += 1
        if self.findings.count < Self.findingLimit { self.findings.append(finding) }
    }

    // MARK: - Meta pages

    private mutating func checkMetaPages(in bytes: RawSpan) {
        for id in [PageID(0), PageID(1)] {
            let offset = Int(id.rawValue) * self.file.pageSize
            do throws(BoltError) {
                let header = try PageHeader(reading: bytes, at: offset, page: id)
                guard header.kind == .meta else { throw BoltError(.unexpectedKind(header.kind), page: id) }
                guard header.count == 0, header.overflow == 0 else {
                    throw BoltError(.metaHeader(count: header.count, overflow: header.overflow), page: id)
                }
                _ = try Meta(reading: bytes, at: offset + PageHeader.byteCount, page: id)
            } catch {
                self.report(error)
            }
            _ = self.reached.insert(id)
        }
    }

    // MARK: - Trees

    private mutating func checkRoot(in bytes: RawSpan) {
        let root = self.checkTree(root: self.file.meta.root, in: bytes)
        for leaf in root.leaves {
            var pairs = leaf.pairs
            var index = 0
            while let pair = try? pairs.next(in: bytes) {
                self.checkBucket(pair, index: index, page: leaf.page, in: bytes)
                index += 1
            }
        }
    }

    private mutating func checkBucket(_ pair: Pair, index: Int, page: PageID, in bytes: RawSpan) {
        let bucket: Bucket
        do {
            bucket = try Bucket(reading: pair, index: index, page: page, in: bytes)
        } catch {
            return self.report(error)
        }
        switch bucket.storage {
        case .tree(let root):
            let tree = self.checkTree(root: root, in: bytes)
            self.buckets.append(CheckedBucket(bucket: bucket, leaves: tree.leaves, isWhole: tree.isWhole))
        case .inline(let range):
            do throws(BoltError) {
                let leaf = try LeafPage(inline: range, within: page, in: bytes)
                try checkElements(of: leaf, within: KeyBounds(), in: bytes)
                self.buckets.append(CheckedBucket(bucket: bucket, leaves: [leaf], isWhole: true))
            } catch {
                self.report(error)
                self.buckets.append(CheckedBucket(bucket: bucket, leaves: [], isWhole: false))
            }
        }
    }

    /// A page still to be visited: which keys its parent promises, and how deep it lies.
    private struct Visit {
        var page: PageID
        var bounds: KeyBounds
        var depth: Int
    }

    /// Walks the tree below `root` in key order, without recursion.
    private mutating func checkTree(root: PageID, in bytes: RawSpan) -> (leaves: [LeafPage], isWhole: Bool) {
        var leaves: [LeafPage] = []
        var isWhole = true
        var leafDepth: Int?
        var stack = [Visit(page: root, bounds: KeyBounds(), depth: 1)]
        while let visit = stack.popLast() {
            do throws(BoltError) {
                let page = try self.reach(visit, in: bytes)
                if page.header.kind == .branch {
                    let children = try children(of: page, within: visit.bounds, in: bytes)
                    stack += children.reversed().map {
                        Visit(page: $0.page, bounds: $0.bounds, depth: visit.depth + 1)
                    }
                } else {
                    guard page.count > 0 || visit.page == root else {
                        throw BoltError(.emptyLeaf, page: visit.page)
                    }
                    guard visit.depth == leafDepth ?? visit.depth else {
                        throw BoltError(.unevenDepth, page: visit.page)
                    }
                    leafDepth = visit.depth
                    let leaf = try LeafPage(page)
                    try checkElements(of: leaf, within: visit.bounds, in: bytes)
                    leaves.append(leaf)
                }
            } catch {
                self.report(error)
                isWhole = false
            }
        }
        return (leaves, isWhole)
    }

    /// Reads the page of `visit` and marks it and its overflow pages as reached.
    private mutating func reach(_ visit: Visit, in bytes: RawSpan) throws(BoltError) -> TreePage {
        guard visit.depth <= maximumDepth else {
            throw BoltError(.tooDeep(limit: maximumDepth), page: visit.page)
        }
        let page = try self.file.treePage(visit.page, in: bytes)
        for id in visit.page.rawValue...visit.page.rawValue + UInt64(page.header.overflow) {
            guard self.reached.insert(PageID(id)) else { throw BoltError(.referencedTwice, page: PageID(id)) }
        }
        return page
    }

    // MARK: - Free pages

    private mutating func checkFreelist(in bytes: RawSpan) {
        guard self.file.meta.freelist != .none else { return }
        let freelist: Freelist
        do {
            freelist = try Freelist(of: self.file, in: bytes)
        } catch {
            return self.report(error)
        }
        var accounted = self.reached
        for id in freelist.ownPages {
            if !accounted.insert(id) { self.report(BoltError(.referencedTwice, page: id)) }
        }
        var previous = PageID(1)
        for index in 0..<freelist.count {
            let id = freelist.page(at: index, in: bytes)
            guard id < self.file.meta.highWater, id.rawValue >= 2 else {
                self.report(BoltError(.pageOutOfRange(highWater: self.file.meta.highWater), page: id))
                continue
            }
            if id < previous { self.report(BoltError(.freelistOutOfOrder, page: id)) }
            previous = id
            if self.reached.contains(id) {
                self.report(BoltError(.freeAndReachable, page: id))
            } else if !accounted.insert(id) {
                self.report(BoltError(.freeTwice, page: id))
            }
        }
        for id in 0..<UInt64(self.pageCount) where !accounted.contains(PageID(id)) {
            self.report(BoltError(.unreachable, page: PageID(id)))
        }
    }
}
