import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// A disk that fills up, or a limit on file sizes or open files, is named, and nothing half-made stays.
    struct RestoreDiskFullTests {
        static let snapshot = Repository.fixture("cluster-1.36/compacted.db")
        static let smallSnapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

        /// File systems of memory, each too small or just large enough.
        @Test(.mayMount) func aFullFileSystemIsNamed() async throws {
            let need = try readFile(Self.snapshot).count
            try await withTemporaryDirectory { directory in
                let place = directory.appending("place")
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                var failed = 0
                for size in stride(from: 64 << 10, through: need + (512 << 10), by: 512 << 10) {
                    try await Mounting.withFileSystem("size=\(size)", at: place) {
                        let result = try await RegistreeProgram.run(trial.arguments)
                        if result.exitCode == 0 {
                            try await #expect(trial.expectAllOrNothing("\(size) bytes"))
                            return
                        }
                        failed += 1
                        #expect(result.exitCode == 6, "\(size) bytes: \(result.errors)")
                        #expect(result.errors.contains("No space left on device"), "\(result.errors)")
                        #expect(result.errors.contains(place.string))
                        #expect(
                            result.errors.contains("Warning: up to 2.7 MB are needed"),
                            "\(result.errors)"
                        )
                        #expect(try names(in: place) == [], "\(size) bytes")
                    }
                }
                #expect(failed >= 4)
            }
        }

        /// The number of files that a file system can hold runs out too.
        @Test(.mayMount) func aFileSystemWithoutInodesIsNamed() async throws {
            try await withTemporaryDirectory { directory in
                let place = directory.appending("place")
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                // Its root, five directories and three files.
                for inodes in 2...10 {
                    try await Mounting.withFileSystem("nr_inodes=\(inodes)", at: place) {
                        let result = try await RegistreeProgram.run(trial.arguments)
                        if result.exitCode == 0 {
                            try await #expect(trial.expectAllOrNothing("\(inodes) inodes"))
                            return
                        }
                        #expect(result.exitCode == 6, "\(inodes) inodes: \(result.errors)")
                        #expect(result.errors.contains("No space left on device"), "\(result.errors)")
                        #expect(try names(in: place) == [], "\(inodes) inodes")
                    }
                }
            }
        }

        @Test func aLimitOnFileSizesIsNamed() async throws {
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                let registree = try RegistreeProgram.located().path.string
                // Below the 64 MB of a log file there is always something that cannot be written.
                for limit in [0, 1, 4096, 65536, 1 << 20, 2 << 20, 16 << 20, 63_999_999] {
                    let result = try await RealPrograms.named("prlimit").run(
                        ["--fsize=\(limit)", registree] + trial.arguments,
                        environment: RestoreTrial.quiet
                    )
                    // What the program says goes to files of the test, which have the same limit.
                    #expect(result.exitCode == 6, "\(limit) bytes: \(result.exitCode) \(result.errors)")
                    if limit >= 4096 {
                        #expect(result.errors.contains("File too large"), "\(limit) bytes: \(result.errors)")
                        #expect(result.errors.contains(trial.destination.string))
                    }
                    #expect(try names(in: trial.place) == [], "\(limit) bytes")
                }
                let enough = try await RealPrograms.named("prlimit").run(
                    ["--fsize=64000000", registree] + trial.arguments,
                    environment: RestoreTrial.quiet
                )
                #expect(enough.exitCode == 0, "\(enough.errors)")
            }
        }

        /// Every file that is opened is refused in turn.
        @Test func tooFewOpenFilesAreSaidAndLeaveNothing() async throws {
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.smallSnapshot, in: directory)
                let registree = try RegistreeProgram.located().path.string
                var works = 0
                // Below eleven the system's own event loop cannot begin, and ends the process.
                for limit in 11...20 {
                    let result = try await RealPrograms.named("prlimit").run(
                        ["--nofile=\(limit)", registree] + trial.arguments,
                        environment: RestoreTrial.quiet
                    )
                    if result.exitCode == 0 {
                        works += 1
                        try await #expect(trial.expectAllOrNothing("\(limit) files"))
                    } else {
                        try trial.expectSaidAndNothingLeft(result, "Too many open files", "\(limit) files")
                    }
                    try trial.clear()
                }
                #expect(works > 0)
            }
        }
    }
}
