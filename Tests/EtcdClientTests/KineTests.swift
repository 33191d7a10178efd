import EtcdMessages
import EtcdStorage
import FakeEtcd
import Foundation
import SwiftProtobuf
import Testing

@testable import EtcdClient

/// kine answers as etcd does for ranges with an end alone.
struct KineTests {
    private static let names = [
        "!first", "/a/1", "/a/2", "/registry/x", "0", "compact_rev_key_mine", "compact_rev_keyring",
        "registry", "~last",
    ]

    private func withKine(
        _ comparison: FakeKine.Comparison,
        _ body: @Sendable (EtcdClient) async throws -> Void
    ) async throws {
        let rows = (Self.names + ["compact_rev_key_apiserver"]).enumerated().map { index, name in
            Mvccpb_KeyValue.with {
                $0.key = Data(name.utf8)
                $0.modRevision = Int64(index + 2)
            }
        }
        try await withServer([FakeKine(rows, revision: 50, comparison: comparison)]) { port in
            try await EtcdClient.withClient(to: local(port), options: patient(), body)
        }
    }

    private func keys(of client: EtcdClient, in range: KeyRange) async throws -> [String] {
        var keys: [String] = []
        let read = try await client.pagesOfAny(in: range) { page in
            keys += page.map { String(decoding: $0.key, as: UTF8.self) }
        }
        #expect(read.revision == 50)
        #expect(read.newest == 50)
        return keys
    }

    @Test func saysWhoItIs() async throws {
        try await self.withKine(.bounds) { client in
            let status = try await client.status()
            #expect(status.isKine)
            #expect(status.memberID == 0)
            #expect(try await client.members() == [ListedMember(id: 0, name: "kine")])
        }
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                let status = try await client.status()
                #expect(!status.isKine)
                #expect(try await client.members() == [ListedMember(id: status.memberID, name: "m1")])
            }
        }
    }

    @Test func answersForAllKeysFromAnyOneOn() async throws {
        try await self.withKine(.bounds) { client in
            #expect(try await self.keys(of: client, in: .all) == Self.names)
            for (index, name) in Self.names.enumerated() {
                let rest = try await self.keys(of: client, in: .from(Array(name.utf8)))
                #expect(rest == Array(Self.names[index...]))
            }
            #expect(try await self.keys(of: client, in: .prefix(bytes("/a/"))) == ["/a/1", "/a/2"])
            #expect(try await self.keys(of: client, in: .key(bytes("/a/1"))) == ["/a/1"])
            // What kine keeps for itself is no key, however it is asked for.
            let notes = try await self.keys(of: client, in: .prefix(bytes("compact_rev_key")))
            #expect(notes == ["compact_rev_key_mine", "compact_rev_keyring"])
            #expect(try await self.keys(of: client, in: .key(bytes("compact_rev_key"))) == [])
        }
        try await self.withKine(.prefix) { client in
            let keys = try await self.keys(of: client, in: .all)
            #expect(keys == ["/a/1", "/a/2", "/registry/x"])
        }
    }

    @Test func everyRangeHasAnEnd() {
        let all = KeyRange.all.rangesOfKine
        #expect(all.map(\.start) == [[0x01], bytes("/"), bytes("0")])
        #expect(all.map(\.end) == [.before(bytes("/")), .before(bytes("0")), .before([0x7F])])
        #expect(KeyRange.from(bytes("/b")).rangesOfKine.map(\.start) == [bytes("/b"), bytes("0")])
        #expect(KeyRange.from([0x7F]).rangesOfKine == [])
        #expect(KeyRange.from([0x80]).rangesOfKine == [])
        #expect(KeyRange.prefix(bytes("/b")).rangesOfKine == [.prefix(bytes("/b"))])
    }
}
