import Foundation
import Testing

@testable import EtcdStorage

struct WALWriterTests {
    /// Length and checksum of each record of a log, as the frames tell them.
    private func records(_ bytes: [UInt8]) -> [(length: Int, checksum: String)] {
        var records: [(length: Int, checksum: String)] = []
        var offset = 0
        while offset < bytes.count {
            let length = bytes[offset..<offset + 7].reversed().reduce(0) { $0 << 8 | Int($1) }
            let padding = Int(bytes[offset + 7] & 7)
            // Tag and type take two bytes, then comes the checksum's tag.
            var value = 0
            for (place, byte) in bytes[(offset + 11)...].prefix(5).enumerated() {
                value |= Int(byte & 0x7F) << (7 * place)
                if byte < 0x80 { break }
            }
            records.append((length, String(format: "%08x", value)))
            offset += 8 + length + padding
        }
        return records
    }

    @Test func oneMembersLogIsEtcdutls() throws {
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "etcd-cluster")
        let bytes = WALWriter.bootstrap(cluster, member: cluster.members[0])
        #expect(bytes.count == 288)
        #expect(
            records(bytes).map(\.checksum)
                == ["00000000", "5f91c0bb", "edb1dd94", "b2a4b742", "88758c1b", "ddeb8f0d"]
        )
    }

    @Test func threeMembersLogIsEtcdutls() throws {
        let cluster = try InitialCluster(parsing: threeMembers, token: "tok")
        let bytes = WALWriter.bootstrap(cluster, member: try cluster.member(named: "m1"))
        #expect(bytes.count == 536)
        #expect(records(bytes).map(\.length) == [4, 32, 13, 110, 112, 112, 24, 50])
        #expect(
            records(bytes).map(\.checksum) == [
                "00000000", "422d854c", "0869212f", "1ad8e88c", "88b825da", "16d60749", "bd1168f3",
                "7bb15e10",
            ]
        )
    }
}
