import Foundation
import SystemPackage
import TestSupport
import Testing

/// What reaches standard output: of a command that fails.
struct OutputTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    @Test func printsTheKeysBeforeADamagedRecord() async throws {
        let keys = try String(contentsOf: Truth.url("cluster-1.36/keys.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix("/registry/namespaces/") }.sorted()
        try #require(keys.count > 2)
        // Without its digest, which would find the damage before anything is read.
        var bytes = try Data(contentsOf: Truth.url("cluster-1.36/with-history.db")).dropLast(32)
        // The field behind the key in its records gets the key's number, which is seen only when they are printed.
        let record = Data(keys[2].utf8) + [0x10]
        while let found = bytes.range(of: record) { bytes[found.upperBound - 1] = 0x08 }
        let result = try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db").string
            try bytes.write(to: URL(filePath: path))
            let words = ["keys", "/registry/namespaces/", "--prefix", "--keys-only", "-f", path]
            return try await RegistreeProgram.run(words)
        }
        #expect(result.exitCode == 4, "\(result.errors)")
        #expect(result.lines == Array(keys.prefix(2)))
    }
}
