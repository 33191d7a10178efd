/// When revisions were made, told from what the objects say, which are all clocks that there are.
///
/// etcd keeps no time. But a lease is renewed with the time of its renewal, an object is created with that of its
/// creation, and the newest time in an updated object that was not in it before is that of the update. Such revisions
/// are anchors. Clocks of several machines differ, and some lie: of all anchors those count that make the longest
/// row in which time does not go back. Between two of them a revision is placed by its distance to both, and was made
/// no earlier than the one and no later than the other.
public struct RevisionTimes: Sendable {
    /// A revision of which the time is known; in milliseconds since 1970.
    public struct Anchor: Hashable, Sendable {
        public var revision: Int64
        public var earliest: Int64
        public var latest: Int64

        public init(revision: Int64, earliest: Int64, latest: Int64) {
            self.revision = revision
            self.earliest = earliest
            self.latest = latest
        }
    }

    /// In order of revision, and of time.
    public private(set) var anchors: [Anchor]

    /// - Parameter anchors: In any order; those that contradict most of the others are left out.
    public init(_ anchors: [Anchor]) {
        let sorted = anchors.sorted {
            ($0.revision, $0.earliest, $0.latest) < ($1.revision, $1.earliest, $1.latest)
        }
        self.anchors = longestRow(of: sorted)
    }

    /// The newest moment that a revision is placed at, in milliseconds since 1970; nil when no object tells a time.
    public var newest: Int64? { self.anchors.last?.earliest }

    /// When a revision was made.
    ///
    /// - Parameters:
    ///   - revision: The revision.
    ///   - stamp: What an object that it changed says of its time; it counts where the anchors allow it.
    /// - Returns: A time with its bounds.
    public func time(of revision: Int64, _ stamp: TimeStamp? = nil) -> PlacedTime {
        let placed = self.place(revision)
        guard let stamp else { return placed }
        let isAllowed =
            placed.earliest.map { stamp.latest / 1_000 >= $0 / 1_000 } ?? true
            && (placed.latest.map { stamp.milliseconds / 1_000 <= $0 / 1_000 } ?? true)
        guard isAllowed else { return placed }
        return PlacedTime(time: stamp.milliseconds, earliest: stamp.milliseconds, latest: stamp.latest)
    }

    private func place(_ revision: Int64) -> PlacedTime {
        let next = self.index { $0.revision < revision }
        let after = next < self.anchors.count ? self.anchors[next] : nil
        if let after, after.revision == revision {
            return PlacedTime(time: after.earliest, earliest: after.earliest, latest: after.latest)
        }
        let before = next > 0 ? self.anchors[next - 1] : nil
        guard let before else {
            return PlacedTime(time: after?.earliest, earliest: nil, latest: after?.latest)
        }
        guard let after else {
            return PlacedTime(time: before.earliest, earliest: before.earliest, latest: nil)
        }
        let share = Double(revision &- before.revision) / Double(max(1, after.revision &- before.revision))
        let time = before.earliest &+ part(share, of: after.earliest &- before.earliest)
        return PlacedTime(time: time, earliest: before.earliest, latest: after.latest)
    }

    /// The last revision that is placed at a moment or before it.
    ///
    /// - Parameter time: Milliseconds since 1970.
    /// - Returns: The revision, and between which it may be; nil when the moment lies before all anchors. The upper
    ///   bound is nil, and the revision that of the last anchor, when it lies behind them.
    public func revision(at time: Int64) -> (revision: Int64, between: Int64, and: Int64?)? {
        let next = self.index { $0.earliest <= time }
        guard next > 0 else { return nil }
        let before = self.anchors[next - 1]
        // Of those that begin in the moment's own second it is not known on which side of it they are.
        let certain = self.anchors[..<next].lastIndex { $0.latest <= time }
        let least = certain.map { self.anchors[$0].revision } ?? self.anchors[0].revision &- 1
        guard next < self.anchors.count else { return (before.revision, least, nil) }
        let after = self.anchors[next]
        let span = Double(max(1, after.earliest &- before.earliest))
        let share = Double(time &- before.earliest) / span
        let distance = part(share, of: after.revision &- before.revision)
        let last = max(before.revision, after.revision &- 1)
        return (min(before.revision &+ distance, last), least, last)
    }

    /// How many anchors at the beginning are as `isBefore` says.
    private func index(_ isBefore: (Anchor) -> Bool) -> Int {
        var low = 0
        var high = self.anchors.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self.anchors[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A share, from 0 to 1, of a number that is not negative.
private func part(_ share: Double, of whole: Int64) -> Int64 {
    // Of a whole near the end of 64 bits it may round to what they do not hold.
    min(whole, Int64(exactly: (Double(whole) * share).rounded(.down)) ?? whole)
}

/// When a revision was made: a time, and between which it must have been; in milliseconds since 1970.
public struct PlacedTime: Hashable, Sendable {
    /// nil when no object tells a time.
    public var time: Int64?
    /// nil when nothing before it tells a time.
    public var earliest: Int64?
    /// nil when nothing after it tells a time.
    public var latest: Int64?

    public init(time: Int64?, earliest: Int64?, latest: Int64?) {
        self.time = time
        self.earliest = earliest
        self.latest = latest
    }

    /// How far the moment may be from ``time``, in milliseconds; nil when it is not bounded.
    public var error: Int64? {
        guard let time, let earliest, let latest else { return nil }
        return max(time &- earliest, latest &- time)
    }
}

/// The longest row of anchors in which no second is before the one of the anchor before it.
///
/// Anchors that whole seconds make equal may stand in any order: objects tell some times in whole seconds.
private func longestRow(of anchors: [RevisionTimes.Anchor]) -> [RevisionTimes.Anchor] {
    /// For each length of a row the index of the anchor that ends one of that length earliest.
    var ends: [Int] = []
    /// For each anchor the one before it in its row; -1 for the first.
    var before = [Int](repeating: -1, count: anchors.count)
    func second(_ index: Int) -> Int64 { anchors[index].earliest / 1_000 }
    for index in anchors.indices {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if second(ends[middle]) <= second(index) { low = middle + 1 } else { high = middle }
        }
        if low > 0 { before[index] = ends[low - 1] }
        if low < ends.count { ends[low] = index } else { ends.append(index) }
    }
    var row: [RevisionTimes.Anchor] = []
    var index = ends.last ?? -1
    while index >= 0 {
        row.append(anchors[index])
        index = before[index]
    }
    return row.reversed().monotone
}

extension [RevisionTimes.Anchor] {
    /// The anchors, of which none begins before the one before it: within a second they are put in order.
    fileprivate var monotone: [RevisionTimes.Anchor] {
        var anchors = self
        for index in anchors.indices.dropFirst() {
            anchors[index].earliest = Swift.max(anchors[index].earliest, anchors[index - 1].earliest)
            anchors[index].latest = Swift.max(anchors[index].latest, anchors[index].earliest)
        }
        return anchors
    }
}
