public import KubernetesCodec

/// What an object says of the time of its last change.
public struct TimeStamp: Hashable, Sendable {
    /// Milliseconds since 1970.
    public var milliseconds: Int64
    /// Whether it has whole seconds alone, so that the moment may be up to one second later.
    public var isWholeSecond: Bool

    /// The latest moment that it may stand for, in milliseconds since 1970.
    var latest: Int64 { self.milliseconds &+ (self.isWholeSecond ? 999 : 0) }

    /// The newest time at which somebody did something to the object; nil when it tells none.
    ///
    /// Looked at are the renewal of a lease, an event's times, who changed which fields when, and the creation.
    public init?(newestOf object: Value) {
        var newest: TimeStamp?
        for text in times(of: object) {
            guard let stamp = TimeStamp(text) else { continue }
            if let other = newest, other.latest >= stamp.latest { continue }
            newest = stamp
        }
        guard let newest else { return nil }
        self = newest
    }

    /// Reads RFC 3339; nil for another text.
    init?(_ text: String) {
        guard let time = rfc3339Time(text) else { return nil }
        let (milliseconds, overflows) = time.seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflows else { return nil }
        self.milliseconds = milliseconds &+ Int64(time.nanoseconds) / 1_000_000
        self.isWholeSecond = !text.utf8.contains(UInt8(ascii: "."))
    }

    /// The time of a change, as the object that it made tells it; nil when it need not be that of this change.
    ///
    /// - Parameters:
    ///   - object: The state that the change made.
    ///   - version: How often the object was written since it was created.
    ///   - previous: The state before; nil when it is not retained.
    public init?(ofChangeTo object: Value, version: Int64, previous: Value?) {
        guard let stamp = TimeStamp(newestOf: object) else { return nil }
        let isRenewal = object["kind"]?.string == "Lease" && object["spec", "renewTime"]?.string != nil
        if version == 1 {
            guard let created = object["metadata", "creationTimestamp"]?.string.flatMap({ TimeStamp($0) })
            else {
                return nil
            }
            // A lease is created with its first renewal, whose time has more digits.
            self = isRenewal ? stamp : created
            return
        }
        guard let previous else {
            guard isRenewal else { return nil }
            self = stamp
            return
        }
        guard let before = TimeStamp(newestOf: previous), before.latest < stamp.latest else { return nil }
        self = stamp
    }
}

/// The times at which somebody did something to the object.
private func times(of object: Value) -> [String] {
    var times = [
        object["metadata", "creationTimestamp"], object["spec", "renewTime"], object["eventTime"],
        object["lastTimestamp"], object["firstTimestamp"], object["series", "lastObservedTime"],
    ]
    times += object["metadata", "managedFields"]?.elements.map { $0["time"] } ?? []
    return times.compactMap { $0?.string }
}
