import Foundation

/// SplitMix64: small, seedable, good enough to choose offsets and moments.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    /// Draws a seed and prints it, so that a failure can be had again with `REGISTREE_SEED`.
    init(for purpose: String) {
        let given = ProcessInfo.processInfo.environment["REGISTREE_SEED"].flatMap { UInt64($0) }
        self.state = given ?? UInt64.random(in: 0...UInt64.max)
        print("\(purpose): REGISTREE_SEED=\(self.state)")
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// How many cases the tests of damage and interruption try.
enum Effort {
    /// With `REGISTREE_DAMAGE=all` in the environment everything is tried, which takes many minutes.
    static let isFull = ProcessInfo.processInfo.environment["REGISTREE_DAMAGE"] == "all"

    static func tries(_ sample: Int, full: Int) -> Int { self.isFull ? full : sample }
}
