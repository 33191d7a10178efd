import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// Every system call of a restore that changes the disk is made the last one, and made to fail, in turn.
    ///
    /// strace counts the calls and lets the kernel do it; where it may not trace, these tests are left out and say
    /// so.
    @Suite(.mayTrace)
    struct RestoreSystemCallTests {
        static let snapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

        /// What changes the disk or makes a change last; and what comes right after a file is created or found,
        /// because the opening calls themselves are lost among the loader's.
        static let calls = [
            "mkdir", "chmod", "fchmod", "getdents64", "flock", "pwrite64", "ftruncate", "fsync", "renameat2",
        ]

        /// Those that a restore cannot do without: where a file system has no locks, it goes on without one.
        static let neededCalls = calls.filter { $0 != "flock" }

        /// Runs the restore with `injection` for the `number`th call, and says whether the call came.
        private func run(
            _ trial: RestoreTrial,
            _ call: String,
            _ injection: String,
            number: Int
        ) async throws -> (result: ProgramResult, wasInjected: Bool) {
            let log = trial.place.removingLastComponent().appending("calls")
            let words = [
                "-f", "-o", log.string, "-e", "trace=\(call)", "-e",
                "inject=\(call):\(injection):when=\(number)",
                try RegistreeProgram.located().path.string,
            ]
            let result = try await RealPrograms.named("strace").run(
                words + trial.arguments,
                environment: RestoreTrial.quiet
            )
            let told = String(decoding: try readFile(log), as: UTF8.self)
            return (result, told.contains("(INJECTED)") || told.contains("killed by SIGKILL"))
        }

        @Test(arguments: calls)
        func aKillAtAnyCallLeavesEverythingOrNothing(call: String) async throws {
            let before = try digest(of: Self.snapshot)
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var points = 0
                while points < 400 {
                    let comment = "killed at \(call) \(points + 1)"
                    let (result, wasKilled) = try await run(trial, call, "signal=KILL", number: points + 1)
                    guard wasKilled else {
                        #expect(result.exitCode == 0, "\(comment): \(result.errors)")
                        break
                    }
                    points += 1
                    let left = try names(in: trial.place).filter { $0 != "data" }
                    #expect(left.allSatisfy { $0.hasPrefix(".data.restore-") }, "\(comment): \(left)")
                    #expect(left.count <= 1, "\(comment): \(left)")
                    if try await !trial.isThereComplete(comment) {
                        try await trial.expectAnotherRunWorks(comment)
                    }
                    try trial.clear()
                }
                #expect(points > 0)
                print("\(call): killed at \(points) points")
            }
            #expect(try digest(of: Self.snapshot) == before)
        }

        @Test(arguments: neededCalls, ["ENOSPC", "EIO"])
        func anErrorOfAnyCallIsSaidAndLeavesNothing(call: String, error: String)
            async throws
        {
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var points = 0
                while points < 400 {
                    let comment = "\(error) of \(call) \(points + 1)"
                    let (result, failed) = try await run(trial, call, "error=\(error)", number: points + 1)
                    guard failed else { break }
                    points += 1
                    if call == "getdents64", result.exitCode == 0 {
                        // Looking for what a killed run has left is no part of the work.
                        try await #expect(trial.expectAllOrNothing(comment), "\(comment)")
                    } else {
                        let words = error == "EIO" ? "Input/output error" : "No space left on device"
                        try trial.expectSaidAndNothingLeft(result, words, comment)
                    }
                    try trial.clear()
                }
                #expect(points > 0)
                print("\(call) \(error): failed at \(points) points")
            }
        }
    }
}
