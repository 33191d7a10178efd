import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// A restore that is interrupted or killed at any moment leaves everything or nothing.
    struct InterruptedRestoreTests {
        static let snapshot = Repository.fixture("cluster-1.36/compacted.db")

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func aSignalLeavesEverythingOrNothing(signal: Int32) async throws {
            let before = try digest(of: Self.snapshot)
            var random = SeededGenerator(for: "moments of signal \(signal)")
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var moments = Moments(tries: Effort.tries(signal == SIGHUP ? 5 : 25, full: 500))
                while moments.tryAgain() {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(signal)
                    let result = try await running.wait()
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: result.exitCode == 5)
                    let comment = "attempt \(moments.count): \(result.exitCode) \(result.errors)"
                    if let ending = result.signal {
                        // Before the program has begun to listen it ends as any does; it has written nothing.
                        #expect(ending == signal, "\(comment)")
                        #expect(try names(in: trial.place) == [], "\(comment)")
                        continue
                    }
                    let isThere = try await trial.expectAllOrNothing(comment)
                    switch result.exitCode {
                    case 0: #expect(isThere, "\(comment)")
                    case 5:
                        #expect(result.errors.contains("interrupted"), "\(comment)")
                        let errors = result.errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }
                        #expect(errors.count == 1, "\(comment)")
                    default: Issue.record("\(comment)")
                    }
                    try trial.clear()
                }
                print("signal \(signal): \(moments.hits) restores of \(moments.count) were interrupted")
                #expect(moments.hits > 0)
                try await trial.expectAnotherRunWorks("after signals")
            }
            #expect(try digest(of: Self.snapshot) == before)
        }

        @Test func aKillLeavesEverythingOrNothingAndTheNextRunSweeps() async throws {
            var random = SeededGenerator(for: "moments of SIGKILL")
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var moments = Moments(tries: Effort.tries(50, full: 500))
                var leftovers = 0
                while moments.tryAgain() {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(SIGKILL)
                    let result = try await running.wait()
                    let left = try names(in: trial.place).filter { $0 != "data" }
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: !left.isEmpty)
                    let comment = "attempt \(moments.count): \(result.exitCode)"
                    // The temporary directory at most, under the name that the next run knows.
                    #expect(left.count <= 1, "\(comment)")
                    #expect(left.allSatisfy { $0.hasPrefix(".data.restore-") }, "\(comment): \(left)")
                    leftovers += left.count
                    if try await trial.isThereComplete(comment) { try trial.clear() }
                    if moments.count % 5 == 0 {
                        try await trial.expectAnotherRunWorks(comment)
                        try trial.clear()
                    }
                }
                print("SIGKILL: \(leftovers) temporary directories were left behind")
                #expect(moments.hits > 0)
                try await trial.expectAnotherRunWorks("after kills")
            }
        }

        @Test func aSignalLeavesAllMembersOrNone() async throws {
            var moments = Moments(tries: Effort.tries(16, full: 200))
            var random = SeededGenerator(for: "moments of SIGTERM for all members")
            let urls = "m1=http://h1:2380,m2=http://h2:2380,m3=http://h3:2380"
            try await withTemporaryDirectory { directory in
                let place = directory.appending("cluster")
                // Into a directory that exists every member's data are renamed by themselves.
                while moments.tryAgain() {
                    try FileManager.default.createDirectory(
                        atPath: place.string,
                        withIntermediateDirectories: false
                    )
                    let running = try RegistreeProgram.located().start(
                        [
                            "restore", Self.snapshot.string, "--all-members", place.string,
                            "--initial-cluster", urls,
                        ],
                        environment: RestoreTrial.quiet
                    )
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(SIGTERM)
                    let result = try await running.wait()
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: result.exitCode == 5)
                    let left = try names(in: place)
                    #expect([[], ["m1", "m2", "m3"]].contains(left), "attempt \(moments.count): \(left)")
                    #expect(
                        [0, 5, 143].contains(result.exitCode),
                        "attempt \(moments.count): \(result.errors)"
                    )
                    if result.exitCode == 0 { #expect(left.count == 3) }
                    try FileManager.default.removeItem(atPath: place.string)
                }
                #expect(moments.hits > 0)
            }
        }

        @Test func aSignalLeavesALogOfItsOwnWithItsDataOrNeither() async throws {
            var moments = Moments(tries: Effort.tries(16, full: 200))
            var random = SeededGenerator(for: "moments of SIGTERM with --wal-dir")
            try await withTemporaryDirectory { directory in
                let log = directory.pushing("place/log")
                let trial = try RestoreTrial(Self.snapshot, in: directory, flags: ["--wal-dir", log.string])
                while moments.tryAgain() {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(SIGTERM)
                    let result = try await running.wait()
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: result.exitCode == 5)
                    let left = try names(in: trial.place)
                    #expect([[], ["data", "log"]].contains(left), "attempt \(moments.count): \(left)")
                    #expect(
                        [0, 5, 143].contains(result.exitCode),
                        "attempt \(moments.count): \(result.errors)"
                    )
                    try trial.clear()
                }
                #expect(moments.hits > 0)
            }
        }
    }
}
