import Foundation
import SystemPackage
import TestSupport

/// When to disturb a program: at a random moment after it has opened its file, about as often too late as not.
struct Moments {
    private var window = Duration.milliseconds(100)
    private var count = 0

    /// Waits for the moment; every tenth lies anywhere between the program's start and the file's opening.
    mutating func wait(
        for running: RunningProgram,
        reading path: FilePath,
        _ random: inout Seeded
    ) async throws {
        self.count += 1
        if self.count % 10 == 0 {
            return try await Task.sleep(for: .milliseconds(Int.random(in: 0..<100, using: &random)))
        }
        try await waitUntilMapped(path, by: running)
        try await Task.sleep(for: self.window * Double.random(in: 0..<1, using: &random))
    }

    /// Narrows or widens what lies between the opening and the latest moment.
    mutating func learn(cameTooLate: Bool) {
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
