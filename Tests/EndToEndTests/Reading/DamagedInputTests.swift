import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// Whatever is wrong with a file's bytes, every command ends by itself, soon, and with a code of the table.
    ///
    /// A seeded sample is tried; with `REGISTREE_DAMAGE=all` in the environment a hundred times as much.
    struct DamagedInputTests {
        /// Fine, failed, bad input or damaged: nothing else comes of a damaged file.
        private static let codes: Set<Int32> = [0, 1, 3, 4]

        static let snapshots = ["plain-etcd/auth-and-leases.db", "etcd-3.5/history.db"]

        private func expectTidyEnd(
            of command: FileCommand,
            on path: FilePath,
            in directory: FilePath,
            _ damage: String
        ) async throws -> ProgramResult {
            let result = try await command.run(on: path.string, in: directory)
            #expect(result.signal == nil, "\(command), \(damage): \(result.errors)")
            #expect(Self.codes.contains(result.exitCode), "\(command), \(damage): \(result.errors)")
            if command == .restore {
                let left = try names(in: directory).filter { $0 != path.lastComponent?.string }
                #expect(left.isEmpty, "\(damage): \(left)")
            }
            return result
        }

        @Test(arguments: snapshots, FileCommand.allCases)
        func aFlippedByteEndsNoCommandBadly(name: String, command: FileCommand) async throws {
            let bytes = try readFile(Repository.fixture(name))
            var random = SeededGenerator(for: "flipped bytes of \(name) for \(command)")
            try await withTemporaryDirectory { directory in
                let copy = try Scratch(bytes, at: directory.appending("damaged.db"))
                for _ in 0..<Effort.tries(8, full: 4000) {
                    let offset = Int.random(in: 0..<bytes.count, using: &random)
                    let mask = UInt8.random(in: 1...255, using: &random)
                    try await copy.withFlipped(offset, mask: mask) {
                        let damage = "byte \(offset) xor \(mask)"
                        let result = try await expectTidyEnd(
                            of: command,
                            on: copy.path,
                            in: directory,
                            damage
                        )
                        guard command == .verify || command == .restore else { return }
                        #expect(result.exitCode == 3 || result.exitCode == 4, "\(command), \(damage)")
                    }
                }
            }
        }

        /// Most bytes of a page hold what commands pass through; its first ones say how to read the rest.
        @Test(arguments: FileCommand.allCases)
        func aFlippedByteOfAPageHeaderEndsNoCommandBadly(command: FileCommand) async throws {
            let bytes = try readFile(Repository.fixture("etcd-3.4/history.db"))
            var random = SeededGenerator(for: "flipped bytes of page headers for \(command)")
            try await withTemporaryDirectory { directory in
                // Without its digest, which would find them all before anything is read.
                let copy = try Scratch(bytes.dropLast(32), at: directory.appending("damaged.db"))
                for _ in 0..<Effort.tries(8, full: 4000) {
                    let page = Int.random(in: 0..<bytes.count / 4096, using: &random)
                    let offset = page * 4096 + Int.random(in: 0..<64, using: &random)
                    let mask = UInt8.random(in: 1...255, using: &random)
                    try await copy.withFlipped(offset, mask: mask) {
                        let words = command.arguments(
                            copy.path.string,
                            restoringTo: directory.appending("restored")
                        )
                        let result = try await RegistreeProgram.run(
                            words + (command == .restore ? ["--skip-hash-check", "--dry-run"] : [])
                        )
                        #expect(result.signal == nil, "byte \(offset) xor \(mask): \(result.errors)")
                        #expect(Self.codes.contains(result.exitCode), "byte \(offset) xor \(mask)")
                    }
                }
            }
        }

        @Test(arguments: snapshots, FileCommand.allCases)
        func aCutFileEndsNoCommandBadly(name: String, command: FileCommand) async throws {
            let bytes = try readFile(Repository.fixture(name))
            var random = SeededGenerator(for: "cuts of \(name) for \(command)")
            let chosen = (0..<Effort.tries(3, full: 2000)).map { _ in
                Int.random(in: 0..<bytes.count, using: &random)
            }
            let edges = [1, 4095, 4096, 8224, bytes.count - 33, bytes.count - 1]
            try await withTemporaryDirectory { directory in
                let copy = try Scratch(bytes, at: directory.appending("damaged.db"))
                for length in chosen + edges where length != bytes.count - 32 {
                    try await copy.withCut(to: length) {
                        let damage = "cut to \(length)"
                        let result = try await expectTidyEnd(
                            of: command,
                            on: copy.path,
                            in: directory,
                            damage
                        )
                        // Of a cut digest the commands that do not read it see nothing.
                        let seesAll = command == .verify || command == .restore
                        let isSeen = seesAll || length < bytes.count - 32
                        let codes: Set<Int32> = isSeen ? [3, 4] : [0]
                        #expect(codes.contains(result.exitCode), "\(command), \(damage): \(result.errors)")
                    }
                }
            }
        }
    }
}
