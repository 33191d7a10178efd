/// One rule that the objects of a cluster keep: looks at every object once, and says then what it found.
///
/// Objects are looked at in chunks, several at a time, each with a check of its own; then the checks are added up in
/// the order of the chunks.
protocol ClusterCheck: Sendable {
    init()
    mutating func look(at object: CheckedObject)
    mutating func add(_ other: Self)
    /// What was found; empty when there was nothing to check.
    func results(_ objects: CheckedObjects) -> [ClusterCheckResult]
}

/// What a check came to.
public enum CheckOutcome: Hashable, Sendable, CaseIterable {
    case pass
    /// Somebody should know this before the store comes back.
    case warn
    case fail
    case notChecked
}

/// What a check found.
public protocol CheckResult: Hashable, Sendable {
    var outcome: CheckOutcome { get }
    /// How many things were looked at or, of a warning or failure, are wrong.
    var count: Int { get }
}

/// How many things there are of a sort, and which: a bounded number of them.
public struct Sample<Element: Hashable & Sendable>: Hashable, Sendable {
    /// How many a line of a report names; it has room for no more.
    public static var limit: Int { 3 }
    /// How many are kept.
    public static var keptLimit: Int { 10_000 }

    public private(set) var count = 0
    /// At most ``keptLimit`` of them, in the order in which they were added.
    public private(set) var kept: [Element] = []
    /// At most ``limit`` of them.
    public var first: ArraySlice<Element> { self.kept.prefix(Self.limit) }

    public init() {}

    /// The first of `count` things, all of them where there are no more.
    init(_ first: [Element], count: Int) {
        self.kept = first
        self.count = count
    }

    public var isEmpty: Bool { self.count == 0 }

    public mutating func add(_ element: @autoclosure () -> Element) {
        self.count += 1
        if self.kept.count < Self.keptLimit { self.kept.append(element()) }
    }

    /// Adds those of `other` behind its own.
    public mutating func add(_ other: Sample<Element>) {
        self.count += other.count
        self.kept += other.kept.prefix(Self.keptLimit - self.kept.count)
    }
}
