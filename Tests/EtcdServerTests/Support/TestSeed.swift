import Foundation

/// Seeds of tests that take chances.
enum TestSeed {
    /// What `REGISTREE_SEED` says.
    static let given = ProcessInfo.processInfo.environment["REGISTREE_SEED"].flatMap { UInt64($0) }

    /// Draws a seed, unless one is given, and prints it, so that a failure can be looked for again.
    static func draw(for purpose: String) -> UInt64 {
        let seed = self.given ?? UInt64.random(in: 0...UInt64.max)
        print("\(purpose): REGISTREE_SEED=\(seed)")
        return seed
    }
}
