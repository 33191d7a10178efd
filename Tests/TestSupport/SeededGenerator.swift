import Foundation

/// SplitMix64: small, and the same numbers for the same seed everywhere.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        self.state = seed
    }

    /// Begins with a seed that ``TestSeed/draw(for:)`` prints.
    public init(for purpose: String) {
        self.init(seed: TestSeed.draw(for: purpose))
    }

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

    /// Draws a seed, unless one is given, and prints it, so that a failure can be had again.
    public static func draw(for purpose: String) -> UInt64 {
        let seed = self.given ?? UInt64.random(in: 0...UInt64.max)
        print("\(purpose): REGISTREE_SEED=\(seed)")
        return seed
    }
}
