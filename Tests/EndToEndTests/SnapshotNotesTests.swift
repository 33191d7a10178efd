import Foundation
import SystemPackage
import TestSupport
import Testing

struct SnapshotNotesTests {
    @Test func aDamagedSnapshotFileIsNotSaidToHaveALog() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = Repository.fixture("plain-etcd/auth-and-leases.db").string
            var bytes = try Data(contentsOf: URL(filePath: fixture))
            let voters = try #require(bytes.range(of: Data("{\"voters\"".utf8)))
            bytes[voters.lowerBound] = UInt8(ascii: "x")
            let path = directory.appending("damaged.db").string
            try bytes.write(to: URL(filePath: path))
            let result = try await RegistreeProgram.run("verify", path)
            #expect(result.exitCode == 4)
            #expect(result.errors == "")
        }
    }
}
