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
            var random = Seeded(for: "moments of signal \(signal)")
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var moments = Moments()
                var interrupted = 0
                for attempt in 0..<Effort.tries(signal == SIGHUP ? 5 : 25, full: 500) {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(signal)
                    let result = try await running.wait(timeout: .seconds(30))
                    moments.learn(cameTooLate: result.exitCode == 0)
                    let comment = "attempt \(attempt): \(result.exitCode) \(result.errors)"
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
                        interrupted += 1
                        #expect(result.errors.contains("interrupted"), "\(comment)")
                        let errors = result.errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }
                        #expect(errors.count == 1, "\(comment)")
                    default: Issue.record("\(comment)")
                    }
                    try trial.clear()
                }
                print("signal \(signal): \(interrupted) restores were interrupted")
                try await trial.expectAnotherRunWorks("after signals")
            }
            #expect(try digest(of: Self.snapshot) == before)
        }

        @Test func aKillLeavesEverythingOrNothingAndTheNextRunSweeps() async throws {
            var random = Seeded(for: "moments of SIGKILL")
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var moments = Moments()
                var leftovers = 0
                for attempt in 0..<Effort.tries(50, full: 500) {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(SIGKILL)
                    let result = try await running.wait(timeout: .seconds(30))
                    moments.learn(cameTooLate: result.exitCode == 0)
                    let comment = "attempt \(attempt): \(result.exitCode)"
                    let left = try names(in: trial.place).filter { $0 != "data" }
                    // The temporary directory at most, under the name that the next run knows.
                    #expect(left.count <= 1, "\(comment)")
                    #expect(left.allSatisfy { $0.hasPrefix(".data.restore-") }, "\(comment): \(left)")
                    leftovers += left.count
                    if try await trial.isThereComplete(comment) { try trial.clear() }
                    if attempt % 5 == 0 {
                        try await trial.expectAnotherRunWorks(comment)
                        try trial.clear()
                    }
                }
                print("SIGKILL: \(leftovers) temporary directories were left behind")
                try await trial.expectAnotherRunWorks("after kills")
            }
        }

        @Test func aSignalLeavesAllMembersOrNone() async throws {
            var moments = Moments()
            var random = Seeded(for: "moments of SIGTERM for all members")
            let urls = "m1=http://h1:2380,m2=http://h2:2380,m3=http://h3:2380"
            try await withTemporaryDirectory { directory in
                let place = directory.appending("cluster")
                // Into a directory that exists every member's data are renamed by themselves.
                for attempt in 0..<Effort.tries(16, full: 200) {
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
                    let result = try await running.wait(timeout: .seconds(30))
                    moments.learn(cameTooLate: result.exitCode == 0)
                    let left = try names(in: place)
                    #expect([[], ["m1", "m2", "m3"]].contains(left), "attempt \(attempt): \(left)")
                    #expect([0, 5, 143].contains(result.exitCode), "attempt \(attempt): \(result.errors)")
                    if result.exitCode == 0 { #expect(left.count == 3) }
                    try FileManager.default.removeItem(atPath: place.string)
                }
            }
        }

        @Test func aSignalLeavesALogOfItsOwnWithItsDataOrNeither() async throws {
            var moments = Moments()
            var random = Seeded(for: "moments of SIGTERM with --wal-dir")
            try await withTemporaryDirectory { directory in
                let log = directory.pushing("place/log")
                let trial = try RestoreTrial(Self.snapshot, in: directory, flags: ["--wal-dir", log.string])
                for attempt in 0..<Effort.tries(16, full: 200) {
                    let running = try trial.start()
                    try await moments.wait(for: running, reading: Self.snapshot, &random)
                    running.send(SIGTERM)
                    let result = try await running.wait(timeout: .seconds(30))
                    moments.learn(cameTooLate: result.exitCode == 0)
                    let left = try names(in: trial.place)
                    #expect([[], ["data", "log"]].contains(left), "attempt \(attempt): \(left)")
                    #expect([0, 5, 143].contains(result.exitCode), "attempt \(attempt): \(result.errors)")
                    try trial.clear()
                }
            }
        }
    }
}
