import Foundation

/// How many cases the tests of damage and interruption try.
enum Effort {
    /// With `REGISTREE_DAMAGE=all` in the environment everything is tried, which takes many minutes.
    static let isFull = ProcessInfo.processInfo.environment["REGISTREE_DAMAGE"] == "all"

    static func tries(_ sample: Int, full: Int) -> Int { self.isFull ? full : sample }
}
