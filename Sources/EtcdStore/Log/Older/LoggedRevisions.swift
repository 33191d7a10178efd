/// Which revision each entry of a log made, as far as it can be told.
///
/// Each write takes the next revision. So between two entries of which the revisions are known, as many were taken as
/// there are revisions: where all of the entries that may have written did so, or none, that is certain.
struct LoggedRevisions {
    /// The revision of one entry: where ``isCertain`` the one that it made, else the least that it can have made.
    struct Place {
        var revision: Int64 = 0
        var outcome = WriteOutcomes.Outcome.nothing
        var isCertain = false
    }

    let outcomes: WriteOutcomes
    /// The position of the first entry of which the revisions are told.
    private(set) var firstPosition: Int
    /// For each entry its place; without a revision for one that wrote nothing.
    private(set) var places: [Place]
    /// The revision that the store had before the first entry that is told.
    private(set) var base: Int64
    /// Whether no key lived before the first entry.
    let startsEmpty: Bool
    /// Whether all between the entries of which the revisions are known fits these.
    private(set) var isConsistent = true

    /// How often the outcomes are worked out anew with what the revisions tell of them.
    private static let roundLimit = 12
    /// At the beginning of a log little is known of any key: revisions are told from where so many gaps between entries
    /// of which they are known leave no doubt.
    private static let settledCount = 6

    /// Works them out; nil where nothing can be told.
    ///
    /// - Parameters:
    ///   - writes: The entries.
    ///   - revision: That of the first change behind them.
    ///   - keyRevisions: For each key of the entries its revision once all are applied; 0 for one that does not live.
    ///   - isWhole: Whether they begin with the log's first entry. The store was empty then, unless it was restored.
    init?(of writes: LoggedWrites, before revision: Int64, keyRevisions: [Int64], isWhole: Bool) {
        if isWhole {
            let whole = Self(of: writes, before: revision, keyRevisions: keyRevisions, startsEmpty: true)
            if let whole, whole.isConsistent {
                self = whole
                return
            }
        }
        let made = Self(of: writes, before: revision, keyRevisions: keyRevisions, startsEmpty: false)
        guard let made else { return nil }
        self = made
    }

    private init?(
        of writes: LoggedWrites,
        before revision: Int64,
        keyRevisions: [Int64],
        startsEmpty: Bool
    ) {
        self.startsEmpty = startsEmpty
        let top = WriteOutcomes.Claim(position: writes.entries.count, revision: revision)
        let bottom = startsEmpty ? WriteOutcomes.Claim(position: -1, revision: 1) : nil
        var rulings: [Int: WriteOutcomes.Ruling] = [:]
        var outcomes: WriteOutcomes
        var anchors: [WriteOutcomes.Claim]
        var round = 0
        repeat {
            outcomes = WriteOutcomes(of: writes, rulings: rulings, startsEmpty: startsEmpty)
            for (key, revision) in keyRevisions.enumerated() where revision > 0 {
                outcomes.note(revision, of: UInt32(key))
            }
            anchors = longestRow(of: outcomes.claims, from: bottom, to: top)
            while bottom == nil, anchors.count > 1, !Gap(anchors[0], anchors[1], in: outcomes).isConsistent {
                anchors.removeFirst()
            }
            round += 1
        } while Judge(outcomes, anchors).add(to: &rulings) && round < Self.roundLimit
        if bottom == nil {
            while anchors.count > 1, !anchors.prefix(Self.settledCount + 1).areSettled(in: outcomes) {
                anchors.removeFirst()
            }
        }
        self.outcomes = outcomes
        self.places = Array(repeating: Place(), count: writes.entries.count)
        self.firstPosition = max(0, anchors[0].position)
        self.base = anchors[0].revision
        if let bottom, anchors[0].position == bottom.position {
            self.firstPosition = 0
        } else {
            self.countDown(from: anchors[0])
        }
        for (anchor, next) in zip(anchors, anchors.dropFirst()) { self.fill(Gap(anchor, next, in: outcomes)) }
        guard self.firstPosition < writes.entries.count else { return nil }
    }

    /// Places the first anchor, and the entries before it, back to the first of which it is not known whether it wrote.
    private mutating func countDown(from anchor: WriteOutcomes.Claim) {
        guard anchor.position <= self.places.count else { return }
        var revision = anchor.revision
        if anchor.position < self.places.count { self.place(anchor.position, at: revision) }
        var position = anchor.position
        while position > 0 {
            let outcome = self.outcomes.outcomes[position - 1]
            guard !outcome.mayBeWrite || outcome.isWrite, revision > 2 || !outcome.isWrite else { break }
            position -= 1
            if outcome.isWrite {
                revision -= 1
                self.place(position, at: revision)
            }
        }
        self.firstPosition = position
        self.base = revision - 1
    }

    private mutating func place(_ position: Int, at revision: Int64) {
        let outcome = self.outcomes.outcomes[position]
        // By which branch it wrote may still not be known.
        let isCertain = outcome == .first || outcome == .second
        self.places[position] = Place(revision: revision, outcome: outcome, isCertain: isCertain)
    }

    /// Places the entries between two anchors, and the second.
    private mutating func fill(_ gap: Gap) {
        if !gap.isConsistent { self.isConsistent = false }
        var revision = gap.before.revision
        let end = min(gap.after.position, self.places.count)
        var uncertainLeft = gap.isSettled ? 0 : gap.uncertainCount
        var hasUncertain = false
        var writesLeft = gap.writeCount
        for position in max(0, gap.before.position + 1)..<max(0, end, gap.before.position + 1) {
            let outcome = self.outcomes.outcomes[position]
            guard outcome.mayBeWrite, outcome.isWrite || !gap.noneWrote else { continue }
            if gap.isSettled {
                revision += 1
                self.place(position, at: revision)
                self.places[position].settle()
                continue
            }
            if !outcome.isWrite {
                uncertainLeft -= 1
                hasUncertain = true
                self.places[position] = Place(
                    revision: min(revision + 1, gap.after.revision - 1),
                    outcome: outcome
                )
                continue
            }
            writesLeft -= 1
            revision += 1
            if gap.isConsistent, !hasUncertain {
                self.place(position, at: revision)
            } else if gap.isConsistent, uncertainLeft == 0 {
                revision = gap.after.revision - 1 - Int64(writesLeft)
                self.place(position, at: revision)
            } else {
                revision = min(revision, gap.after.revision - 1)
                self.places[position] = Place(revision: revision, outcome: outcome)
            }
        }
        if gap.after.position < self.places.count { self.place(gap.after.position, at: gap.after.revision) }
    }
}

extension LoggedRevisions.Place {
    /// Makes of an entry that may have written one that did.
    fileprivate mutating func settle() {
        switch self.outcome {
        case .maybeFirst: self.outcome = .first
        case .maybeSecond: self.outcome = .second
        case .maybeEither: self.outcome = .either
        case .nothing, .first, .second, .either: break
        }
        self.isCertain = self.outcome == .first || self.outcome == .second
    }
}

extension ArraySlice<WriteOutcomes.Claim> {
    /// Whether it is certain of each entry between them whether it wrote.
    fileprivate func areSettled(in outcomes: WriteOutcomes) -> Bool {
        zip(self, self.dropFirst()).allSatisfy { Gap($0, $1, in: outcomes).isSettled }
    }
}

/// The entries between two of which the revisions are known.
private struct Gap {
    let before: WriteOutcomes.Claim
    let after: WriteOutcomes.Claim
    /// How many wrote.
    private(set) var writeCount = 0
    /// How many may have written.
    private(set) var uncertainCount = 0

    init(_ before: WriteOutcomes.Claim, _ after: WriteOutcomes.Claim, in outcomes: WriteOutcomes) {
        self.before = before
        self.after = after
        let end = min(after.position, outcomes.outcomes.count)
        for outcome in outcomes.outcomes[min(end, max(0, before.position + 1))..<max(0, end)] {
            if outcome.isWrite {
                self.writeCount += 1
            } else if outcome.mayBeWrite {
                self.uncertainCount += 1
            }
        }
    }

    /// How many revisions were made between the two.
    private var revisionCount: Int64 { self.after.revision - self.before.revision - 1 }

    var isConsistent: Bool {
        let count = self.revisionCount
        return count >= Int64(self.writeCount) && count <= Int64(self.writeCount + self.uncertainCount)
    }

    /// Whether none of those that may have written did.
    var noneWrote: Bool { self.revisionCount == Int64(self.writeCount) }

    /// Whether the number of revisions tells which entries wrote.
    var isSettled: Bool {
        self.noneWrote || self.revisionCount == Int64(self.writeCount + self.uncertainCount)
    }
}

/// Finds out what claims say of the entries that they do not fit, or that may have written nothing.
private struct Judge {
    private let outcomes: WriteOutcomes
    private let anchors: [WriteOutcomes.Claim]
    /// For each position how many entries before it may have written.
    private let counts: [Int]

    init(_ outcomes: WriteOutcomes, _ anchors: [WriteOutcomes.Claim]) {
        self.outcomes = outcomes
        self.anchors = anchors
        var counts = [0]
        counts.reserveCapacity(outcomes.outcomes.count + 1)
        var count = 0
        for outcome in outcomes.outcomes {
            if outcome.mayBeWrite { count += 1 }
            counts.append(count)
        }
        self.counts = counts
    }

    /// Adds what is found out.
    ///
    /// - Returns: Whether that is anything new.
    func add(to rulings: inout [Int: WriteOutcomes.Ruling]) -> Bool {
        let count = rulings.count
        var proven = Set(self.outcomes.claims.lazy.filter { self.fit(of: $0) == .fits }.map(\.position))
        for claim in self.outcomes.doubtfulClaims {
            guard let position = self.onlyFit(of: claim) else { continue }
            proven.insert(position)
            rulings[position] = rulings[position] ?? .wrote
            // What came after it cannot have written the key, or its revision would not have been named.
            if position != claim.position {
                rulings[claim.position] = rulings[claim.position] ?? .wroteNothing
            }
        }
        for position in self.outcomes.refuted where !proven.contains(position) {
            rulings[position] = rulings[position] ?? .wroteNothing
        }
        for claim in self.outcomes.claims + self.outcomes.doubtfulClaims where claim.other == nil {
            self.judge(claim, proven, &rulings)
        }
        if rulings.count == count { self.doubtContradictions(proven, &rulings) }
        var isBroken = false
        for (anchor, next) in zip(self.anchors, self.anchors.dropFirst()) {
            let isBrokenBefore = isBroken
            isBroken = !Gap(anchor, next, in: self.outcomes).isConsistent
            if isBroken, isBrokenBefore, let namer = anchor.namer {
                rulings[namer] = rulings[namer] ?? .isWrong
            }
        }
        return rulings.count > count
    }

    /// The one entry of those that may have made a revision which can have; nil for several or none.
    private func onlyFit(of claim: WriteOutcomes.Claim) -> Int? {
        let isFitting = self.fit(of: claim) == .fits
        guard let other = claim.other else { return isFitting ? claim.position : nil }
        var earlier = claim
        earlier.position = other
        switch (isFitting, self.fit(of: earlier)) {
        case (true, .isEarlier), (true, .isLater): return claim.position
        case (false, .fits): return other
        default: return nil
        }
    }

    private func judge(
        _ claim: WriteOutcomes.Claim,
        _ proven: Set<Int>,
        _ rulings: inout [Int: WriteOutcomes.Ruling]
    ) {
        switch self.fit(of: claim) {
        case .fits, .isUnknown: break
        case .isEarlier:
            // Either the entry wrote nothing, or who names the revision does not know that it did.
            if proven.contains(claim.position) {
                if let namer = claim.namer { rulings[namer] = rulings[namer] ?? .wroteNothing }
            } else if claim.namer.map({ proven.contains($0) }) ?? true {
                rulings[claim.position] = rulings[claim.position] ?? .wroteNothing
            }
        case .isLater:
            if let namer = claim.namer { rulings[namer] = rulings[namer] ?? .isWrong }
        }
    }

    /// Of an entry and of one that names an earlier revision than it can have made, only one can have written.
    private func doubtContradictions(
        _ proven: Set<Int>,
        _ rulings: inout [Int: WriteOutcomes.Ruling]
    ) {
        for claim in self.outcomes.claims where self.fit(of: claim) == .isEarlier {
            guard let namer = claim.namer, !proven.contains(claim.position), !proven.contains(namer) else {
                continue
            }
            rulings[claim.position] = rulings[claim.position] ?? .isWrong
            rulings[namer] = rulings[namer] ?? .isWrong
        }
    }

    private enum Fit {
        /// The entry can have made the revision.
        case fits
        /// It was made before the entry.
        case isEarlier
        /// It was made after the entry, or never.
        case isLater
        /// Nothing before the entry tells.
        case isUnknown
    }

    /// How a claim fits the anchors around it, when each entry between that may have written did.
    private func fit(of claim: WriteOutcomes.Claim) -> Fit {
        // The first anchor at or behind the entry; the last one lies behind all.
        var (low, high) = (0, self.anchors.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if self.anchors[middle].position < claim.position { low = middle + 1 } else { high = middle }
        }
        let next = self.anchors[low]
        if next.position == claim.position {
            if claim.revision == next.revision { return .fits }
            return claim.revision < next.revision ? .isEarlier : .isLater
        }
        if claim.revision < next.revision - self.writeCount(from: claim.position, to: next.position) {
            return .isEarlier
        }
        guard claim.revision < next.revision else { return .isLater }
        guard low > 0 else { return .isUnknown }
        let before = self.anchors[low - 1]
        if claim.revision <= before.revision { return .isEarlier }
        let limit = before.revision + self.writeCount(from: before.position + 1, to: claim.position) + 1
        return claim.revision <= limit ? .fits : .isLater
    }

    /// How many of some entries may have written.
    private func writeCount(from position: Int, to end: Int) -> Int64 {
        Int64(self.counts[end] - self.counts[max(0, position)])
    }
}

/// The most claims in which revisions rise with positions, between two that are known.
private func longestRow(
    of claims: [WriteOutcomes.Claim],
    from bottom: WriteOutcomes.Claim?,
    to top: WriteOutcomes.Claim
) -> [WriteOutcomes.Claim] {
    // Of claims on one entry at most one fits into a row.
    let sorted = claims.filter { $0.revision < top.revision && $0.revision > bottom?.revision ?? 0 }.sorted {
        ($0.position, $1.revision) < ($1.position, $0.revision)
    }
    var ends: [Int] = []
    var before = [Int](repeating: -1, count: sorted.count)
    for index in sorted.indices {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[ends[middle]].revision < sorted[index].revision {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low > 0 { before[index] = ends[low - 1] }
        if low < ends.count { ends[low] = index } else { ends.append(index) }
    }
    var row: [WriteOutcomes.Claim] = [top]
    var index = ends.last ?? -1
    while index >= 0 {
        row.append(sorted[index])
        index = before[index]
    }
    if let bottom { row.append(bottom) }
    return row.reversed()
}
