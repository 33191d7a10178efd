import Foundation
import SystemPackage
import TestSupport

/// When to disturb a program: at a random moment after it has opened its file, about as often too late as not.
struct Moments {
    private var window = Duration.milliseconds(100)
    /// How many attempts were begun.
    private(set) var count = 0
    /// How many attempts came in time, as ``learn(cameTooLate:)`` was told.
    private(set) var hits = 0
    private let tries: Int

    /// - Parameter tries: How often to try at least.
    init(tries: Int) {
        self.tries = tries
    }

    /// Begins another attempt, if that is worth it: when too few were made, or none has come in time yet.
    ///
    /// Moments are drawn anew after each, so a machine of any speed is met in its middle before long.
    mutating func tryAgain() -> Bool {
        guard self.count < self.tries || (self.hits == 0 && self.count < 100 * self.tries) else {
            return false
        }
        self.count += 1
        return true
    }

    /// Waits for the moment; every tenth lies anywhere between the program's start and the file's opening.
    mutating func wait(
        for running: RunningProgram,
        reading path: FilePath,
        _ random: inout SeededGenerator
    ) async throws {
        if self.count % 10 == 0 {
            return try await Task.sleep(for: .milliseconds(Int.random(in: 0..<100, using: &random)))
        }
        try await waitUntilMapped(path, by: running)
        try await Task.sleep(for: self.window * Double.random(in: 0..<1, using: &random))
    }

    /// Narrows or widens what lies between the opening and the latest moment.
    ///
    /// - Parameters:
    ///   - cameTooLate: Whether the program had done its work already.
    ///   - cameInTime: Whether its work was disturbed; it may also have come before the work began.
    mutating func learn(cameTooLate: Bool, cameInTime: Bool) {
        if cameInTime { self.hits += 1 }
        let factor = cameTooLate ? 0.7 : 1.15
        self.window = min(max(self.window * factor, .milliseconds(2)), .seconds(3))
    }
}

/// Returns once the program has mapped the file, or has ended.
func waitUntilMapped(_ path: FilePath, by running: RunningProgram) async throws {
    let maps = FilePath("/proc/\(running.processID)/maps")
    while running.poll() == nil {
        if let text = try? readFile(maps), String(decoding: text, as: UTF8.self).contains(path.string) {
            return
        }
        try await Task.sleep(for: .microseconds(500))
    }
}
