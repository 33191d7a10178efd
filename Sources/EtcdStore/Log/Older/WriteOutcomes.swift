/// Which entries of a log wrote something, worked out in their order from what each names and asks.
///
/// A key is followed from the first entry that writes it. A condition on its revision tells more than its own outcome:
/// who names a revision has read it, and of those who name the same one the first is obeyed. So an entry that names
/// a higher revision of a key than all before it is obeyed, and tells which revision the one before it made. What
/// cannot be worked out so may be told by counting, see ``LoggedRevisions``.
struct WriteOutcomes {
    enum Outcome: UInt8 {
        case nothing
        /// It wrote what its first branch, or the request itself, says.
        case first
        case second
        /// It wrote, by which branch is not known.
        case either
        case maybeFirst
        case maybeSecond
        case maybeEither

        /// Whether it took a revision.
        var isWrite: Bool { self == .first || self == .second || self == .either }
        var mayBeWrite: Bool { self != .nothing }
    }

    /// What is known of an entry from elsewhere.
    enum Ruling {
        case wrote
        case wroteNothing
        /// The revision that it names was never one of its key.
        case isWrong
    }

    /// An entry made a revision.
    struct Claim {
        var position: Int
        /// An earlier entry that may have made it instead.
        var other: Int?
        var revision: Int64
        /// The entry that names the revision; nil for the database.
        var namer: Int?
    }

    private(set) var outcomes: [Outcome] = []
    /// Which entries made which revisions.
    private(set) var claims: [Claim] = []
    /// The same of entries that may have written nothing; then the revision is an older one.
    private(set) var doubtfulClaims: [Claim] = []
    /// Entries that were taken to delete a key, of which a later one knows a higher revision than they did.
    private(set) var refuted: [Int] = []

    /// What is known of a key.
    private struct State {
        enum Presence: UInt8 {
            case unknown
            case absent
            case present
        }

        var presence: Presence
        /// Whether several entries may have written it last.
        var isAmbiguous = false
        /// The position of the entry that wrote it last, plus 1; 0 when that is not known.
        var writer: UInt32 = 0
        /// Of an entry that may have written it after that.
        var doubtfulWriter: UInt32 = 0
        /// Of one before that which may have written it as well.
        var otherWriter: UInt32 = 0
        /// Whether the entry that may have written it last creates a key that does not live.
        var isMaybeCreated = false
        /// Which reset of all states it has seen.
        var round: UInt32
        /// The highest revision that was named.
        var named: Int64 = 0
        var namedVersion: Int64 = 0
        var lease: Int64 = 0
        /// The position of the conditional deletion of which it is absent, plus 1.
        var deleter: UInt32 = 0

        /// Whether an entry has written it, or may have.
        var isTouched: Bool { self.writer > 0 || self.doubtfulWriter > 0 || self.isAmbiguous }

        /// Notes that nobody that is known has written it last.
        mutating func forgetWriters(isAmbiguous: Bool) {
            (self.writer, self.doubtfulWriter, self.otherWriter) = (0, 0, 0)
            (self.isMaybeCreated, self.isAmbiguous) = (false, isAmbiguous)
        }

        mutating func noteWriter(_ writer: UInt32) {
            self.forgetWriters(isAmbiguous: false)
            self.writer = writer
        }

        mutating func noteDoubtfulWriter(_ writer: UInt32) {
            self.isAmbiguous = self.isAmbiguous || self.otherWriter > 0
            (self.writer, self.isMaybeCreated) = (0, false)
            (self.otherWriter, self.doubtfulWriter) = (self.doubtfulWriter, writer)
        }

        /// Who made a revision of it; nil when that cannot be told.
        func claim(_ revision: Int64, namer: Int?) -> (claim: Claim, isDoubtful: Bool)? {
            if self.presence == .present, self.writer > 0 {
                return (Claim(position: Int(self.writer) - 1, revision: revision, namer: namer), false)
            }
            guard self.doubtfulWriter > 0, !self.isAmbiguous else { return nil }
            let other = self.otherWriter > 0 ? Int(self.otherWriter) - 1 : nil
            let position = Int(self.doubtfulWriter) - 1
            return (Claim(position: position, other: other, revision: revision, namer: namer), true)
        }
    }

    private let writes: LoggedWrites
    private let rulings: [Int: Ruling]
    /// Whether no key lived before the first entry.
    private let startsEmpty: Bool
    private var states: [State]
    private var round: UInt32 = 0
    /// So many keys were looked at for the ranges that were deleted.
    private var lookCount = 0
    /// The keys that were put with a lease, or may have been.
    private var attached: [Int64: [UInt32]] = [:]

    /// So many keys are looked at for ranges, before nothing more is known of any key.
    private static let lookLimit = 1 << 27

    /// - Parameters:
    ///   - writes: The entries.
    ///   - rulings: What is known of some.
    ///   - startsEmpty: Whether no key lived before the first one.
    init(of writes: LoggedWrites, rulings: [Int: Ruling], startsEmpty: Bool) {
        self.writes = writes
        self.rulings = rulings
        self.startsEmpty = startsEmpty
        let unknown = State(presence: startsEmpty ? .absent : .unknown, round: 0)
        self.states = Array(repeating: unknown, count: writes.keys.count)
        self.outcomes.reserveCapacity(writes.entries.count)
        for (position, entry) in writes.entries.enumerated() {
            self.outcomes.append(self.outcome(of: entry, at: position))
        }
    }

    /// Adds what the database says: the revision of a key that lives, once all entries are applied.
    mutating func note(_ revision: Int64, of key: UInt32) {
        self.note(self.state(of: key).claim(revision, namer: nil))
    }

    private mutating func note(_ made: (claim: Claim, isDoubtful: Bool)?) {
        guard let made else { return }
        if made.isDoubtful { self.doubtfulClaims.append(made.claim) } else { self.claims.append(made.claim) }
    }
}

// MARK: Requests

extension WriteOutcomes {
    private mutating func outcome(of entry: LoggedWrites.Entry, at position: Int) -> Outcome {
        switch entry.request {
        case .none: return .nothing
        case .put, .delete:
            return self.branch(self.writes.first(of: entry), of: entry, at: position, .first)
        case .deleteRange: return self.deleteRange(at: position, mayBeRefused: entry.mayBeRefused)
        case .revoke:
            let lease = self.writes.first(of: entry).first?.number ?? 0
            return self.revoke(lease, at: position, mayBeRefused: entry.mayBeRefused)
        case .transaction: return self.transaction(entry, at: position)
        case .opaque:
            self.round += 1
            return .maybeEither
        }
    }

    private mutating func transaction(_ entry: LoggedWrites.Entry, at position: Int) -> Outcome {
        if self.rulings[position] == .wroteNothing {
            if self.isCreation(entry) { self.notePresence(of: entry, writtenMaybeBy: nil) }
            return .nothing
        }
        let holds =
            entry.isConditionalChange
            ? self.conditionalChangeHolds(entry, at: position) : self.conditionsHold(entry)
        switch holds {
        case true?: return self.branch(self.writes.first(of: entry), of: entry, at: position, .first)
        case false?: return self.branch(self.writes.second(of: entry), of: entry, at: position, .second)
        case nil: return self.oneOfBoth(entry, at: position)
        }
    }

    /// Carries out a branch that is taken.
    private mutating func branch(
        _ operations: ArraySlice<LoggedWrites.Operation>,
        of entry: LoggedWrites.Entry,
        at position: Int,
        _ outcome: Outcome
    ) -> Outcome {
        let ruling = self.rulings[position]
        if ruling == .wroteNothing { return .nothing }
        var effect = self.effect(of: operations)
        if ruling == .wrote {
            effect = .write
        } else if entry.mayBeRefused, effect == .write {
            effect = .maybe
        }
        let isRefusable = entry.mayBeRefused && ruling != .wrote
        for operation in operations {
            self.apply(operation, at: position, isCertain: effect == .write, isRefusable: isRefusable)
        }
        switch effect {
        case .nothing: return .nothing
        case .write: return outcome
        case .maybe: return outcome == .first ? .maybeFirst : .maybeSecond
        }
    }

    /// Notes that one of two branches is taken, of which it is not known which.
    private mutating func oneOfBoth(_ entry: LoggedWrites.Entry, at position: Int) -> Outcome {
        let first = self.effect(of: self.writes.first(of: entry))
        let second = self.effect(of: self.writes.second(of: entry))
        if self.rulings[position] == .wrote, second == .nothing {
            return self.branch(self.writes.first(of: entry), of: entry, at: position, .first)
        }
        if self.isCreation(entry), !entry.mayBeRefused {
            self.notePresence(of: entry, writtenMaybeBy: position)
            return .maybeFirst
        }
        for operation in self.writes.first(of: entry) + self.writes.second(of: entry) {
            self.apply(operation, at: position, isCertain: false, isRefusable: true)
        }
        switch (first, second) {
        case (.nothing, .nothing): return .nothing
        case (.write, .write): return entry.mayBeRefused ? .maybeEither : .either
        case (_, .nothing): return .maybeFirst
        case (.nothing, _): return .maybeSecond
        default: return .maybeEither
        }
    }

    /// Whether it puts a key if that does not live.
    private func isCreation(_ entry: LoggedWrites.Entry) -> Bool {
        entry.isConditionalChange && self.writes.conditions(of: entry).first?.kind == .isAbsent
            && self.writes.first(of: entry).first?.kind == .put
    }

    /// The key of a creation lives after it, whoever made it.
    private mutating func notePresence(of entry: LoggedWrites.Entry, writtenMaybeBy position: Int?) {
        guard let put = self.writes.first(of: entry).first else { return }
        var state = self.state(of: put.key)
        state.presence = .present
        if let position {
            state.noteDoubtfulWriter(UInt32(position + 1))
            state.isMaybeCreated = true
        }
        state.lease = put.number
        self.states[Int(put.key)] = state
        self.attach(put)
    }

    private enum Effect {
        case nothing
        case write
        case maybe
    }

    /// What a branch does when it is taken.
    private func effect(of operations: ArraySlice<LoggedWrites.Operation>) -> Effect {
        var effect = Effect.nothing
        for operation in operations {
            if operation.kind == .put { return .write }
            switch self.state(of: operation.key).presence {
            case .present: return .write
            case .unknown: effect = .maybe
            case .absent: break
            }
        }
        return effect
    }

    private mutating func apply(
        _ operation: LoggedWrites.Operation,
        at position: Int,
        isCertain: Bool,
        isRefusable: Bool
    ) {
        var state = self.state(of: operation.key)
        let writer = UInt32(position + 1)
        switch operation.kind {
        case .put where isCertain:
            if state.presence == .absent { state.namedVersion = 0 }
            state.noteWriter(writer)
            (state.presence, state.lease) = (.present, operation.number)
        case .put:
            state.noteDoubtfulWriter(writer)
            (state.presence, state.lease) = (.unknown, operation.number)
        case _ where isRefusable && state.writer == 0:
            state.presence = .unknown
            state.isAmbiguous = state.isAmbiguous || state.doubtfulWriter == 0
        default:
            state.presence = isRefusable ? .unknown : .absent
            state.forgetWriters(isAmbiguous: isRefusable)
            state.namedVersion = 0
            state.deleter = self.writes.entries[position].isConditionalChange ? writer : 0
        }
        self.states[Int(operation.key)] = state
        if operation.kind == .put { self.attach(operation) }
    }

    private mutating func attach(_ put: LoggedWrites.Operation) {
        if put.number != 0 { self.attached[put.number, default: []].append(put.key) }
    }

    private mutating func deleteRange(at position: Int, mayBeRefused: Bool) -> Outcome {
        guard let range = self.writes.ranges[position], self.lookCount < Self.lookLimit else {
            self.round += 1
            return .maybeFirst
        }
        self.lookCount += self.states.count
        var hasDeleted = false
        var isVague = !self.startsEmpty
        for number in self.writes.keys.indices
        where self.writes.keys[number].isInRange(from: range.first, to: range.end) {
            var state = self.state(of: UInt32(number))
            if state.presence == .present { hasDeleted = true }
            if state.presence == .unknown { isVague = true }
            state.presence = mayBeRefused ? .unknown : .absent
            state.forgetWriters(isAmbiguous: mayBeRefused)
            self.states[number] = state
        }
        return self.outcome(hasDeleted: hasDeleted, isVague: isVague, mayBeRefused, at: position)
    }

    private mutating func revoke(_ lease: Int64, at position: Int, mayBeRefused: Bool) -> Outcome {
        var isVague = !self.writes.grantedLeases.contains(lease)
        var hasDeleted = false
        for key in self.attached.removeValue(forKey: lease) ?? [] {
            var state = self.state(of: key)
            guard state.lease == lease, state.presence != .absent else { continue }
            let isAttached = state.presence == .present && state.writer > 0
            if isAttached { hasDeleted = true } else { isVague = true }
            state.presence = isAttached && !mayBeRefused ? .absent : .unknown
            state.forgetWriters(isAmbiguous: state.presence == .unknown)
            self.states[Int(key)] = state
        }
        return self.outcome(hasDeleted: hasDeleted, isVague: isVague, mayBeRefused, at: position)
    }

    private func outcome(
        hasDeleted: Bool,
        isVague: Bool,
        _ mayBeRefused: Bool,
        at position: Int
    ) -> Outcome {
        switch self.rulings[position] {
        case .wroteNothing?: return .nothing
        case .wrote?: return .first
        case .isWrong?, nil: break
        }
        if hasDeleted && !mayBeRefused { return .first }
        return isVague || hasDeleted ? .maybeFirst : .nothing
    }
}

// MARK: Conditions

extension WriteOutcomes {
    /// Whether all conditions hold; nil when that is not known.
    private func conditionsHold(_ entry: LoggedWrites.Entry) -> Bool? {
        var holds: Bool? = entry.hasUnknownCondition ? nil : true
        for condition in self.writes.conditions(of: entry) {
            switch self.holds(condition) {
            case true?: break
            case false?: return false
            case nil: holds = nil
            }
        }
        return holds
    }

    private func holds(_ condition: LoggedWrites.Operation) -> Bool? {
        let state = self.state(of: condition.key)
        switch (condition.kind, state.presence) {
        case (.isAbsent, .absent), (.isPresent, .present): return true
        case (.isAbsent, .present), (.isPresent, .absent): return false
        case (.isAtRevision, .absent), (.isAtVersion, .absent): return false
        case (.isAtRevision, _): return condition.number <= state.named ? false : nil
        default: return nil
        }
    }

    /// Whether the condition of an API server's request holds, which names what was read.
    private mutating func conditionalChangeHolds(_ entry: LoggedWrites.Entry, at position: Int) -> Bool? {
        guard let condition = self.writes.conditions(of: entry).first else { return nil }
        self.refuteDeletion(by: condition)
        let known = self.holds(condition)
        guard known == nil, self.rulings[position] != .isWrong else { return known }
        var state = self.state(of: condition.key)
        // Before the first entry the key may have got further than the one who sent it knew.
        let isFirst = state.presence == .unknown && !state.isTouched
        switch condition.kind {
        case .isAtRevision:
            state.named = condition.number
            self.states[Int(condition.key)] = state
            self.note(state.claim(condition.number, namer: position))
        case .isAtVersion:
            guard condition.number > state.namedVersion else { return false }
            state.namedVersion = condition.number
            self.states[Int(condition.key)] = state
        default: return nil
        }
        // Whoever does not know of a creation names an earlier revision.
        return isFirst || state.isMaybeCreated ? nil : true
    }

    /// Takes back a deletion that named an earlier revision than this condition does.
    private mutating func refuteDeletion(by condition: LoggedWrites.Operation) {
        var state = self.state(of: condition.key)
        guard condition.kind == .isAtRevision, condition.number > state.named, state.presence == .absent,
            state.deleter > 0
        else { return }
        self.refuted.append(Int(state.deleter) - 1)
        (state.presence, state.isAmbiguous) = (.unknown, true)
        self.states[Int(condition.key)] = state
    }

    /// What is known of a key, unless that was forgotten.
    private func state(of key: UInt32) -> State {
        var state = self.states[Int(key)]
        guard state.round != self.round else { return state }
        state = State(presence: .unknown, round: self.round, named: state.named)
        return state
    }
}
