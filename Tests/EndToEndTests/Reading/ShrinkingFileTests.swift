import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// A file that becomes shorter while it is read is an error in words, never the end by a signal.
    struct ShrinkingFileTests {
        @Test(arguments: FileCommand.allCases)
        func aFileCutWhileItIsReadIsSaidToBe(command: FileCommand) async throws {
            let bytes = try readFile(Repository.fixture("cluster-1.36/with-history.db"))
            var random = SeededGenerator(for: "moments to cut the file under \(command)")
            try await withTemporaryDirectory { directory in
                let path = directory.appending("shrinking.db")
                let program = try RegistreeProgram.located()
                var moments = Moments(tries: Effort.tries(8, full: 400))
                while moments.tryAgain() {
                    try writeFile(bytes, to: path)
                    let words = command.arguments(path.string, restoringTo: directory.appending("restored"))
                    let running = try program.start(words, environment: ["SWIFT_BACKTRACE": "enable=no"])
                    try await moments.wait(for: running, reading: path, &random)
                    let length = Int.random(in: 0..<bytes.count / 4096, using: &random) * 4096
                    #expect(truncate(path.string, off_t(length)) == 0)
                    let result = try await running.wait()
                    let isSeen = result.errors.contains("became shorter while it was read")
                    moments.learn(cameTooLate: result.exitCode == 0, cameInTime: isSeen)
                    #expect(result.signal == nil, "\(command): \(result.errors)")
                    #expect([0, 3, 4, 6].contains(result.exitCode), "\(command): \(result.errors)")
                    if isSeen { #expect(result.exitCode == 6) }
                    let restored = directory.appending("restored")
                    if result.exitCode == 0 {
                        try FileManager.default.removeItemIfThere(restored)
                    } else {
                        #expect(try names(in: directory) == ["shrinking.db"])
                    }
                }
                print("\(command): \(moments.hits) cuts of \(moments.count) came in the middle")
                #expect(moments.hits > 0)
            }
        }
    }
}

extension FileManager {
    func removeItemIfThere(_ path: FilePath) throws {
        if exists(path) { try self.removeItem(atPath: path.string) }
    }
}
