import Synchronization

/// A number that several tasks count.
public final class Counter: Sendable {
    private let number = Atomic(0)

    /// Begins with 0.
    public init() {}

    public var value: Int { self.number.load(ordering: .relaxed) }

    public func add(_ change: Int = 1) {
        self.number.wrappingAdd(change, ordering: .relaxed)
    }
}
