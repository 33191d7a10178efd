/// Whether there is an order of the calls, each at a moment between its beginning and its end, that explains
/// every answer, for a store of which nothing is known but values.
///
/// Keys are looked at one by one: a history is linearizable when its part for each key is. Serializable reads
/// are left out.
///
/// The search goes through the beginnings and ends of calls in time. It keeps every way in which those that are
/// under way may have happened so far: the value they leave, and which of them have happened. When a call ends
/// it must have happened; ways in which it has not are continued by calls that are under way until it has. When
/// no way is left, no order explains the answers.
///
/// Sources: Wing and Gong, "Testing and Verifying Concurrent Objects", 1993; Lowe, "Testing for
/// Linearizability", 2017 (just-in-time linearization).
enum Linearizability {
    /// - Returns: For each key whose history nothing explains, the call at whose end that shows.
    static func unexplained(in calls: [Call]) -> [Call] {
        let calls = calls.filter { $0.kind != .serializableGet }
        return Dictionary(grouping: calls, by: \.key).values.compactMap { Self.firstUnexplained(in: $0) }
    }

    /// One way in which the calls under way may have happened.
    private struct Way: Hashable {
        var value: String?
        /// Indices of calls under way that have happened.
        var happened: Set<Int> = []
    }

    private static func firstUnexplained(in calls: [Call]) -> Call? {
        var moments: [(time: UInt64, isEnd: Bool, index: Int)] = []
        for (index, call) in calls.enumerated() {
            moments.append((call.time.lowerBound, false, index))
            moments.append((call.time.upperBound, true, index))
        }
        // At one moment calls begin before others end: they may overlap.
        moments.sort { ($0.time, $0.isEnd ? 1 : 0) < ($1.time, $1.isEnd ? 1 : 0) }
        var ways: Set<Way> = [Way()]
        var underWay: Set<Int> = []
        for moment in moments {
            guard moment.isEnd else {
                underWay.insert(moment.index)
                continue
            }
            ways = Self.continued(ways, until: moment.index, underWay, calls)
            if ways.isEmpty { return calls[moment.index] }
            underWay.remove(moment.index)
        }
        return nil
    }

    /// Continues all ways until the call at `last` has happened, and then forgets it.
    private static func continued(
        _ ways: Set<Way>,
        until last: Int,
        _ underWay: Set<Int>,
        _ calls: [Call]
    ) -> Set<Way> {
        var met = ways
        var open = Array(ways)
        var finished: Set<Way> = []
        while var way = open.popLast() {
            if way.happened.remove(last) != nil {
                finished.insert(way)
                continue
            }
            for index in underWay where !way.happened.contains(index) {
                guard let value = calls[index].happening(to: way.value) else { continue }
                let next = Way(value: value, happened: way.happened.union([index]))
                if met.insert(next).inserted { open.append(next) }
            }
        }
        return finished
    }
}

extension Call {
    /// The key's value after the call, when its answer is right for `value`; nil when it is not.
    fileprivate func happening(to value: String?) -> String?? {
        guard self.sight == .notAsked || self.sight.value == value else { return nil }
        guard self.changes == self.wouldChange(value) else { return nil }
        return self.changes ? .some(self.newValue) : .some(value)
    }
}
