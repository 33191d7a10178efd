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

/// How many things there are of a sort, and the first few of them.
public struct Sample<Element: Hashable & Sendable>: Hashable, Sendable {
    /// How many are kept; a report has room for no more.
    public static var limit: Int { 3 }

    public private(set) var count = 0
    /// At most ``limit`` of them, in the order in which they were added.
    public private(set) var first: [Element] = []

    public init() {}

    public var isEmpty: Bool { self.count == 0 }

    public mutating func add(_ element: @autoclosure () -> Element) {
        self.count += 1
        if self.first.count < Self.limit { self.first.append(element()) }
    }

    /// Adds those of `other` behind its own.
    public mutating func add(_ other: Sample<Element>) {
        self.count += other.count
        self.first += other.first.prefix(Self.limit - self.first.count)
    }
}
