/// Whether a history can be explained by the order that the store itself claims.
///
/// An etcd says in each answer's header at which revision it read or wrote. So the order of all calls, of all
/// keys, need not be searched for; it is claimed, and it is checked instead, in the time of sorting:
///
/// 1. No two changes have one revision.
/// 2. A call that began after another had ended has no lower revision, and a higher one when it changes
///    something. Serializable reads are let off: they may be late.
/// 3. Applied in order of revision, the changes give what each answer has seen, with all revisions and versions.
///
/// A history that holds to these is linearizable: take the changes by revision, and after each the reads at it.
enum RevisionOrder {
    /// - Returns: What contradicts the order; nothing when all fits.
    static func contradictions(in calls: [Call]) -> [String] {
        Self.doubleRevisions(calls) + Self.goingsBack(calls) + Self.wrongSights(calls)
    }

    private static func doubleRevisions(_ calls: [Call]) -> [String] {
        let changes = calls.filter(\.changes).sorted { $0.revision < $1.revision }
        return zip(changes, changes.dropFirst()).compactMap { first, second in
            first.revision == second.revision ? "two changes of one revision: \(first) and \(second)" : nil
        }
    }

    private static func goingsBack(_ calls: [Call]) -> [String] {
        let calls = calls.filter { $0.kind != .serializableGet }
        let byEnd = calls.sorted { $0.time.upperBound < $1.time.upperBound }
        var newest: Call?
        var next = byEnd.startIndex
        return calls.sorted { $0.time.lowerBound < $1.time.lowerBound }.compactMap { call in
            while next < byEnd.endIndex, byEnd[next].time.upperBound < call.time.lowerBound {
                if byEnd[next].revision >= newest?.revision ?? 0 { newest = byEnd[next] }
                next += 1
            }
            guard let newest else { return nil }
            let isLater = call.changes ? call.revision > newest.revision : call.revision >= newest.revision
            return isLater ? nil : "going back: \(call) after \(newest)"
        }
    }

    private static func wrongSights(_ calls: [Call]) -> [String] {
        Dictionary(grouping: calls, by: \.key).values.flatMap { calls in
            // At one revision the change comes before the reads.
            let inOrder = calls.sorted {
                ($0.revision, $0.changes ? 0 : 1) < ($1.revision, $1.changes ? 0 : 1)
            }
            var state: Call.Version?
            return inOrder.compactMap { call -> String? in
                let before = state
                state = call.changes ? call.result(on: state) : state
                if call.fits(before) { return nil }
                return "a wrong sight: \(call), where there was \(before.map { "\($0)" } ?? "nothing")"
            }
        }
    }
}

extension Call {
    /// Whether what was told is so when the key is `state`.
    fileprivate func fits(_ state: Version?) -> Bool {
        let isSeen = self.sight == .notAsked || self.sight == (state.map { .version($0) } ?? .nothing)
        return isSeen && self.changes == self.wouldChange(state?.value)
    }

    /// Whether it changes something when the key's value is `value`.
    func wouldChange(_ value: String?) -> Bool {
        switch self.kind {
        case .get, .serializableGet: false
        case .put: true
        case .delete: value != nil
        case .swap(let old, _): value == old
        }
    }

    fileprivate func result(on state: Version?) -> Version? {
        guard let value = self.newValue else { return nil }
        return Version(
            value: value,
            createRevision: state?.createRevision ?? self.revision,
            modRevision: self.revision,
            version: (state?.version ?? 0) + 1
        )
    }

    /// The value that it leaves when it changes something; nil for a deletion.
    var newValue: String? {
        switch self.kind {
        case .put(let value), .swap(_, let value): value
        case .get, .serializableGet, .delete: nil
        }
    }
}
