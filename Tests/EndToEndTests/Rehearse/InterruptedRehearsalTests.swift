import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// A rehearsal that is interrupted at any moment leaves neither files nor programs behind.
    struct InterruptedRehearsalTests {
        private static let snapshot = Repository.fixture("cluster-1.36/with-history.db")

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func aSignalLeavesNothingBehind(signal: Int32) async throws {
            var random = Seeded(for: "moments of signal \(signal) in rehearsals")
            let etcd = try RealPrograms.etcd(.v35).path.string
            try await withTemporaryDirectory { directory in
                var interrupted = 0
                for attempt in 0..<Effort.tries(12, full: 200) {
                    let servers = attempt % 2 == 0 ? [] : ["--etcd", etcd]
                    let running = try RegistreeProgram.located().start(
                        ["rehearse", Self.snapshot.string, "--scratch-dir", directory.string] + servers
                    )
                    try await Task.sleep(for: .milliseconds(Int.random(in: 20...1800, using: &random)))
                    running.send(signal)
                    let result = try await running.wait(timeout: .seconds(60))
                    let comment = "attempt \(attempt): \(result.exitCode) \(result.errors)"
                    // Before the program has begun to listen it ends as any does.
                    #expect([0, 5, 128 + signal].contains(result.exitCode), "\(comment)")
                    #expect(try names(in: directory) == [], "\(comment)")
                    #expect(try programs(in: directory) == [], "\(comment)")
                    if result.exitCode == 5 { interrupted += 1 }
                }
                print("signal \(signal): \(interrupted) rehearsals were interrupted")
            }
        }

        @Test func theNextRunSweepsWhatAKillLeft() async throws {
            try await withTemporaryDirectory { directory in
                let words = ["rehearse", Self.snapshot.string, "--scratch-dir", directory.string]
                let running = try RegistreeProgram.located().start(words)
                while try names(in: directory).isEmpty, running.poll() == nil {
                    try await Task.sleep(for: .milliseconds(1))
                }
                running.send(SIGKILL)
                _ = try await running.wait(timeout: .seconds(30))
                #expect(try names(in: directory).count == 1)
                let next = try await RegistreeProgram.located().run(words)
                #expect(next.exitCode == 0)
                #expect(try names(in: directory) == [])
            }
        }

        @Test func aKilledRehearsalTakesItsEtcdWithIt() async throws {
            let etcd = try RealPrograms.etcd(.v35).path.string
            try await withTemporaryDirectory { directory in
                let running = try RegistreeProgram.located().start(
                    ["rehearse", Self.snapshot.string, "--scratch-dir", directory.string, "--etcd", etcd]
                )
                // The rehearsal itself, and etcd.
                while try programs(in: directory).count < 2, running.poll() == nil {
                    try await Task.sleep(for: .milliseconds(5))
                }
                running.send(SIGKILL)
                #expect(try await running.wait(timeout: .seconds(30)).exitCode == 128 + SIGKILL)
                let deadline = ContinuousClock.now + .seconds(10)
                while try !programs(in: directory).isEmpty, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(try programs(in: directory) == [])
            }
        }

        /// Whether a program still runs with `directory` in its command line.
        private func programs(in directory: FilePath) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter {
                guard let words = try? readFile(FilePath("/proc/\($0)/cmdline")) else { return false }
                return String(decoding: words, as: UTF8.self).contains(directory.string)
            }
        }
    }
}
