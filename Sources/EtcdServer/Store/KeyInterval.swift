import Bolt

/// Which keys a request means, in etcd's own terms.
///
///     end         keys
///     empty       `start` alone
///     one zero    those from `start` on
///     otherwise   those from `start` up to, without, `end`
struct KeyInterval: Hashable, Sendable {
    var start: [UInt8]
    var end: [UInt8]

    init(_ start: [UInt8], _ end: [UInt8]) {
        self.start = start
        self.end = end
    }

    var isSingle: Bool { self.end.isEmpty }
    var isOpen: Bool { self.end.count == 1 && self.end[0] == 0 }

    func contains(_ key: RawSpan) -> Bool {
        let order = key.compare(self.start.span.bytes)
        if self.isSingle { return order == 0 }
        return order >= 0 && (self.isOpen || key.compare(self.end.span.bytes) < 0)
    }
}
