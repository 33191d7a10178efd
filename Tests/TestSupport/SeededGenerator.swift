import Foundation

/// SplitMix64: small, and the same everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { self.state = seed }

    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Seeds of tests that take chances.
public enum TestSeed {
    /// What `REGISTREE_SEED` says.
    public static let given = ProcessInfo.processInfo.environment["REGISTREE_SEED"].flatMap { UInt64($0) }

    /// Draws a seed, unless one is given, and prints it, so that a failure can be looked for again.
    public static func draw(for purpose: String) -> UInt64 {
        let seed = self.given ?? UInt64.random(in: 0...UInt64.max)
        print("\(purpose): REGISTREE_SEED=\(seed)")
        return seed
    }
}
