import EtcdMessages
import EtcdStorage
import Files
import FoundationEssentials
import SwiftProtobuf

/// Writes what entries of a log did to keys into a spool, in their order.
struct OlderChanges {
    /// Where they are written.
    private(set) var spool: HistorySpool

    /// What is known of a key after its last entry.
    private struct State {
        enum Kind {
            case unknown
            case alive
            case gone
        }

        var kind: Kind
        var revision: Int64 = 0
        /// 0 where it is not known.
        var createRevision: Int64 = 0
        /// 0 where it is not known.
        var version: Int64 = 0
        var lease: Int64 = 0
        /// Whether a change of it was written to the spool.
        var isTold = false
        /// Which of the entries it has seen of which nobody knows what they changed.
        var round = 0
    }

    private let writes: LoggedWrites
    private let revisions: LoggedRevisions
    private let keyRevisions: [Int64]
    /// The last revision that is wanted.
    private let lastRevision: Int64
    private var states: [State]
    private var round = 0
    /// The keys that were put with a lease.
    private var attached: [Int64: [Int]] = [:]
    /// So many keys were looked at for the ranges that were deleted.
    private var lookCount = 0
    /// So many are looked at before nothing more is known of any key.
    private static let lookLimit = 1 << 27

    /// - Parameters:
    ///   - writes: The entries.
    ///   - revisions: Which revisions they made.
    ///   - keyRevisions: For each key its revision at the last one that is wanted; 0 for one that did not live.
    ///   - lastRevision: The last revision that is wanted.
    ///   - spool: Where the changes are written.
    init(
        of writes: LoggedWrites,
        _ revisions: LoggedRevisions,
        _ keyRevisions: [Int64],
        upTo lastRevision: Int64,
        into spool: HistorySpool
    ) {
        self.lastRevision = lastRevision
        self.spool = spool
        self.writes = writes
        self.revisions = revisions
        self.keyRevisions = keyRevisions
        let first = State(kind: revisions.startsEmpty ? .gone : .unknown)
        self.states = Array(repeating: first, count: writes.keys.count)
    }

    /// Writes what an entry did.
    ///
    /// - Parameters:
    ///   - data: Its data.
    ///   - position: Its position.
    /// - Throws: `FileError` when the spool cannot be written.
    mutating func append(_ data: RawSpan, at position: Int) throws(FileError) {
        let place = self.revisions.places[position]
        guard place.outcome.mayBeWrite, place.revision > 0, place.revision <= self.lastRevision else {
            return
        }
        let bytes = data.withUnsafeBytes { Data($0) }
        guard let request = try? Etcdserverpb_InternalRaftRequest(serializedBytes: bytes) else { return }
        switch self.writes.entries[position].request {
        case .none: break
        case .put: try self.put(request.put, place, condition: nil)
        case .delete:
            if let number = self.number(of: request.deleteRange.key) {
                try self.delete(number, place, isOnly: true)
            }
        case .deleteRange: try self.deleteRange(at: position, place)
        case .revoke:
            for number in Set(self.attached.removeValue(forKey: request.leaseRevoke.id) ?? []).sorted()
            where self.state(of: number).lease == request.leaseRevoke.id { try self.delete(number, place) }
        case .transaction: try self.transaction(request.txn, place, at: position)
        case .opaque:
            try self.transaction(request.txn, place, at: position)
            self.round += 1
        }
    }

    /// Writes that the keys of a range are gone that lived.
    private mutating func deleteRange(
        at position: Int,
        _ place: LoggedRevisions.Place
    ) throws(FileError) {
        guard let range = self.writes.ranges[position], self.lookCount < Self.lookLimit else {
            self.round += 1
            return
        }
        self.lookCount += self.states.count
        let numbers = self.writes.keys.indices.filter {
            self.state(of: $0).isTold && self.writes.keys[$0].isInRange(from: range.first, to: range.end)
        }
        for number in numbers.sorted(by: {
            self.writes.keys[$0].lexicographicallyPrecedes(self.writes.keys[$1])
        }) {
            try self.delete(number, place)
        }
    }

    /// What is known of a key, unless an entry may have changed it that does not name it.
    private func state(of number: Int) -> State {
        var state = self.states[number]
        if state.round != self.round {
            state.kind = .unknown
            state.round = self.round
        }
        return state
    }

    private mutating func transaction(
        _ request: Etcdserverpb_TxnRequest,
        _ place: LoggedRevisions.Place,
        at position: Int
    ) throws(FileError) {
        let operations: [Etcdserverpb_RequestOp]
        switch place.outcome {
        case .nothing: return
        case .first, .maybeFirst: operations = request.success
        case .second, .maybeSecond: operations = request.failure
        case .either, .maybeEither: operations = request.allOperations
        }
        let entry = self.writes.entries[position]
        let condition = entry.isConditionalChange ? self.writes.conditions(of: entry).first : nil
        for operation in operations {
            switch operation.request {
            case .requestPut(let put): try self.put(put, place, condition: condition)
            case .requestDeleteRange(let delete) where delete.rangeEnd.isEmpty:
                if let number = self.number(of: delete.key) {
                    try self.delete(number, place, isOnly: operations.count == 1)
                }
            default: break
            }
        }
    }

    private func number(of key: Data) -> Int? { self.writes.knownNumber(of: [UInt8](key)).map { Int($0) } }

    private mutating func put(
        _ request: Etcdserverpb_PutRequest,
        _ place: LoggedRevisions.Place,
        condition: LoggedWrites.Operation?
    ) throws(FileError) {
        guard let number = self.number(of: request.key) else { return }
        let before = self.state(of: number)
        // Of a request that keeps the value it is not known which that is.
        guard !self.isRefuted(place, of: number), !request.ignoreValue else {
            self.states[number].kind = .unknown
            return
        }
        let numbers = self.numbers(before, condition)
        let isKnown = place.isCertain
        let after = State(
            kind: isKnown ? .alive : .unknown,
            revision: place.revision,
            createRevision: numbers.version == 1 ? place.revision : numbers.createRevision,
            version: numbers.version,
            lease: request.lease,
            isTold: true,
            round: self.round
        )
        self.states[number] = after
        if request.lease != 0 { self.attached[request.lease, default: []].append(number) }
        try self.spool.append(
            key: self.writes.keys[number],
            value: [UInt8](request.value),
            KeyMetadata(
                createRevision: after.createRevision,
                modRevision: place.revision,
                version: after.version,
                lease: request.lease
            ),
            HistorySpool.Knowledge(isCertain: isKnown, followsLast: numbers.followsLast)
        )
    }

    /// The numbers of a key that is put, and whether what is known of it is what it was before.
    private func numbers(
        _ before: State,
        _ condition: LoggedWrites.Operation?
    ) -> (createRevision: Int64, version: Int64, followsLast: Bool) {
        switch (condition?.kind, before.kind) {
        case (.isAbsent?, _): return (0, 1, before.kind == .gone || !before.isTold)
        case (.isAtRevision?, .alive) where condition?.number != before.revision: return (0, 0, false)
        case (.isAtVersion?, .alive) where before.version == 0:
            return (before.createRevision, (condition?.number ?? 0) &+ 1, true)
        case (_, .alive):
            return (before.createRevision, before.version == 0 ? 0 : before.version &+ 1, true)
        case (.isAtRevision?, .gone), (.isAtVersion?, .gone): return (0, 0, false)
        case (_, .gone): return (0, 1, true)
        case (_, .unknown): return (0, 0, !before.isTold)
        }
    }

    /// Writes that a key is gone.
    ///
    /// - Parameters:
    ///   - number: The key.
    ///   - place: The revision of the entry.
    ///   - isOnly: Whether it is the only key that the entry may have changed, so that it was there if anything was done.
    /// - Throws: `FileError` when the spool cannot be written.
    private mutating func delete(
        _ number: Int,
        _ place: LoggedRevisions.Place,
        isOnly: Bool = false
    ) throws(FileError) {
        let isRefuted = self.keyRevisions[number] > 0 && place.revision >= self.keyRevisions[number]
        guard !isRefuted else { return }
        let before = self.state(of: number)
        // Of a key that was not there nothing was deleted.
        guard before.kind != .gone else { return }
        let followsLast = before.kind == .alive || !before.isTold
        self.states[number] = State(
            kind: place.isCertain ? .gone : .unknown,
            revision: place.revision,
            isTold: true,
            round: self.round
        )
        try self.spool.append(
            deletionOf: self.writes.keys[number],
            at: place.revision,
            HistorySpool.Knowledge(
                isCertain: place.isCertain && (isOnly || before.kind == .alive),
                followsLast: followsLast
            )
        )
    }

    /// Whether the database says that the key was changed last before that.
    private func isRefuted(_ place: LoggedRevisions.Place, of key: Int) -> Bool {
        self.keyRevisions[key] > 0 && place.revision > self.keyRevisions[key]
    }

    /// Writes that the keys are gone of which a state was written, and which do not live at the last revision.
    ///
    /// - Throws: `FileError` when the spool cannot be written.
    mutating func finish() throws(FileError) {
        for number in self.states.indices where self.keyRevisions[number] == 0 {
            let state = self.state(of: number)
            guard state.isTold, state.kind != .gone else { continue }
            try self.spool.append(
                deletionOf: self.writes.keys[number],
                at: min(state.revision &+ 1, self.lastRevision),
                HistorySpool.Knowledge(isCertain: false, followsLast: state.kind == .alive)
            )
        }
    }
}
