import Synchronization

/// A number that several tasks count.
final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { self.number.load(ordering: .relaxed) }

    func add(_ change: Int = 1) {
        self.number.wrappingAdd(change, ordering: .relaxed)
    }
}
