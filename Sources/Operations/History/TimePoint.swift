import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// A moment as a person names it: a time, or how long before another it was.
public enum TimePoint: Hashable, Sendable {
    /// Milliseconds since 1970.
    case time(Int64)
    /// Milliseconds before the newest time that the source knows, or before now for a live etcd.
    case before(Int64)

    /// Reads RFC 3339, or a duration such as `-5m`, `5m`, `-1h30m` or `2d`; nil for another text.
    public init?(_ text: String) {
        if let time = rfc3339Time(text) {
            let (milliseconds, overflows) = time.seconds.multipliedReportingOverflow(by: 1_000)
            guard !overflows else { return nil }
            self = .time(milliseconds &+ Int64(time.nanoseconds) / 1_000_000)
            return
        }
        let amount = text.hasPrefix("-") ? String(text.dropFirst()) : text
        guard let milliseconds = duration(amount) else { return nil }
        self = .before(milliseconds)
    }

    /// The moment, in milliseconds since 1970.
    ///
    /// - Parameter newest: What it is counted back from.
    /// - Returns: The moment.
    public func milliseconds(from newest: Int64) -> Int64 {
        switch self {
        case .time(let time): time
        case .before(let amount): newest &- amount
        }
    }
}

/// Milliseconds of a duration without a sign, as Go writes it, or with days before it: `2d`, `1d12h`.
private func duration(_ text: String) -> Int64? {
    var rest = Substring(text)
    var days: Int64 = 0
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    if text[digits.endIndex...].first == "d" {
        guard let count = Int64(digits) else { return nil }
        days = count
        rest = text[digits.endIndex...].dropFirst()
    }
    guard rest.first != "-", rest.first != "+" else { return nil }
    let areDaysAlone = rest.isEmpty && !text.isEmpty
    guard let nanoseconds = areDaysAlone ? 0 : goDuration(String(rest)) else { return nil }
    let (milliseconds, isOver) = days.multipliedReportingOverflow(by: 86_400_000)
    let (sum, isSumOver) = milliseconds.addingReportingOverflow(nanoseconds / 1_000_000)
    return isOver || isSumOver ? nil : sum
}

/// The revision that a moment stands for, and how exact that is.
public struct RevisionAtTime: Sendable {
    /// Milliseconds since 1970.
    public var moment: Int64
    public var revision: Int64
    /// The revisions that it may also have been, itself included.
    public var between: ClosedRange<Int64>
    /// When the revision was made.
    public var time: PlacedTime
    /// Whether it is the newest revision, and the moment may be later than all that the source knows.
    public var isNewest: Bool
}

extension RegistryHistory {
    /// How long after its newest time a source may still have been as it is, in milliseconds: leases are renewed every
    /// ten seconds, and a copy takes its time.
    private static let tolerance: Int64 = 60_000

    /// The revision that was the newest at a moment.
    ///
    /// - Parameters:
    ///   - point: The moment.
    ///   - times: When the revisions were made.
    ///   - now: The time now, in milliseconds since 1970, for a live etcd; nil for what is not live.
    /// - Returns: The revision, and how exact it is.
    /// - Throws: ``HistoryError`` for a moment of which the source knows nothing.
    public func revision(
        at point: TimePoint,
        _ times: RevisionTimes,
        now: Int64?
    ) throws(HistoryError) -> RevisionAtTime {
        guard let newest = times.newest else { throw .noTimes }
        let moment = point.milliseconds(from: now ?? newest)
        let oldest = max(1, self.changes.firstRevision &- 1)
        guard now != nil || moment <= newest &+ Self.tolerance else {
            throw .afterNewest(asked: moment, newest: newest)
        }
        guard let found = times.revision(at: moment), found.and ?? .max >= oldest else {
            throw .beforeOldest(asked: moment, revision: oldest, times.time(of: oldest))
        }
        let last = found.and ?? self.changes.revision
        let revision = max(oldest, found.and == nil ? last : found.revision)
        return RevisionAtTime(
            moment: moment,
            revision: revision,
            between: max(oldest, found.between)...max(oldest, last),
            time: times.time(of: revision),
            isNewest: found.and == nil
        )
    }
}

extension RegistrySource {
    /// The revision that was the newest at a moment, told from the objects that the source still has of that time.
    ///
    /// - Parameters:
    ///   - point: The moment.
    ///   - now: The time now, in milliseconds since 1970; it counts for a live etcd.
    ///   - decryption: Opens encrypted values, which may tell times.
    /// - Returns: The revision, and how exact it is.
    /// - Throws: ``HistoryError``; what reading the source throws.
    public func revision(
        at point: TimePoint,
        now: Int64,
        decryption: Decryption? = nil
    ) async throws -> RevisionAtTime {
        let history = try await self.history()
        let times = try await history.times(decryption: decryption)
        let reference = self.source.isLive ? now : nil
        let found = try history.revision(at: point, times, now: reference)
        let closer = try await history.times(times, around: found.moment, decryption: decryption)
        return try history.revision(at: point, closer, now: reference)
    }
}
