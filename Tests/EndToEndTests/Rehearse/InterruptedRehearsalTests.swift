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
            var random = SeededGenerator(for: "moments of signal \(signal) in rehearsals")
            let etcd = try RealPrograms.etcd(.v35).path.string
            try await withTemporaryDirectory { directory in
                var moments = Moments(tries: Effort.tries(12, full: 200))
                while moments.tryAgain() {
                    let servers = moments.count % 2 == 0 ? [] : ["--etcd", etcd]
                    let running = try RegistreeProgram.located().start(
                        ["rehearse", Self.snapshot.string, "--scratch-dir", directory.string] + servers
                    )
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(signal)
                    let result = try await running.wait()
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: result.exitCode == 5)
                    let comment = "attempt \(moments.count): \(result.exitCode) \(result.errors)"
                    // Before the program has begun to listen it ends as any does.
                    #expect([0, 5, 128 + signal].contains(result.exitCode), "\(comment)")
                    #expect(try names(in: directory) == [], "\(comment)")
                    #expect(try programs(in: directory) == [], "\(comment)")
                }
                print("signal \(signal): \(moments.hits) rehearsals of \(moments.count) were interrupted")
                #expect(moments.hits > 0)
            }
        }

        @Test func theNextRunSweepsWhatAKillLeft() async throws {
            try await withTemporaryDirectory { directory in
                let words = ["rehearse", Self.snapshot.string, "--scratch-dir", directory.string]
                try await self.kill(words) { try !names(in: directory).isEmpty }
                #expect(try names(in: directory).count == 1)
                let next = try await RegistreeProgram.located().run(words)
                #expect(next.exitCode == 0)
                #expect(try names(in: directory) == [])
            }
        }

        @Test func aKilledRehearsalTakesItsEtcdWithIt() async throws {
            let etcd = try RealPrograms.etcd(.v35).path.string
            try await withTemporaryDirectory { directory in
                let words = [
                    "rehearse", Self.snapshot.string, "--scratch-dir", directory.string, "--etcd", etcd,
                ]
                // The rehearsal itself, and etcd.
                try await self.kill(words) { try programs(in: directory).count == 2 }
                try await eventually("its etcd has ended") { try programs(in: directory).isEmpty }
            }
        }

        /// Kills a rehearsal when `isTime`; begins another one when it ended before that.
        private func kill(_ words: [String], when isTime: () throws -> Bool) async throws {
            for _ in 0..<100 {
                let running = try RegistreeProgram.located().start(words)
                while try !isTime(), running.poll() == nil { try await Task.sleep(for: .milliseconds(1)) }
                running.send(SIGKILL)
                let result = try await running.wait()
                if result.signal == SIGKILL { return }
                try #require(result.exitCode == 0, "\(result.errors)")
            }
            throw ProgramError("no rehearsal was killed in time")
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
