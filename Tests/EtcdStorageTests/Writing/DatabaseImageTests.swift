import Bolt
import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Images of real snapshots, as etcd's own tool and the reader see what is written.
struct DatabaseImageTests {
    static let fixtures = [
        "cluster-1.36/with-history.db", "cluster-1.36/compacted.db", "plain-etcd/auth-and-leases.db",
        "etcd-3.4/history.db", "etcd-3.5/history.db", "encrypted/aescbc/snapshot.db",
        "encrypted/secretbox/snapshot.db", "codec/cbor-json-encrypted.db",
    ]

    private struct Status: Decodable {
        var hash: UInt32
    }

    @Test(arguments: fixtures)
    func holdsWhatItsSourceHolds(fixture: String) async throws {
        let source = try openFixture(fixture)
        try await withTemporaryDirectory { directory in
            let path = directory.appending("written.db").string
            let (written, database) = try write(DatabaseImage(source: source), to: path)
            #expect(try plain(database) == plain(source))
            #expect(written.byteCount == database.bolt.file.byteCount)
            #expect(try written.pairCount == plain(source).values.reduce(0) { $0 + $1.count })
            #expect(try StorageCheck(of: database).isSound)

            let status = try await RealPrograms.etcdutl().succeed(["snapshot", "status", path, "-w", "json"])
            let truth = try JSONDecoder().decode(Status.self, from: Data(status.standardOutput))
            #expect(written.hash.value == truth.hash)
            #expect(try source.statusHash() == written.hash)
        }
    }

    @Test(arguments: fixtures)
    func endsASnapshotInItsDigest(fixture: String) throws {
        try withTemporaryDirectory { directory in
            let image = DatabaseImage(source: try openFixture(fixture))
            let path = directory.appending("snapshot.db").string
            let file = try OutputFile(creating: path)
            let written = try image.writeSnapshot(to: file)
            try file.close()
            let database = try EtcdDatabase(path: path)
            #expect(try database.checkDigest())
            #expect(database.storedDigest == written.digest)
            _ = try write(image, to: directory.appending("written.db").string)
            let bytes = try contents(path)
            #expect(bytes.count == written.byteCount + 32)
            #expect(try contents(directory.appending("written.db").string) == bytes.dropLast(32))
        }
    }

    /// Every Secret goes, in all its revisions.
    @Test func leavesNoByteOfADroppedRecord() throws {
        let source = try openFixture("cluster-1.36/with-history.db")
        let prefix = Array("/registry/secrets/".utf8)
        var dropped: [Data] = []
        try RevisionRecords(of: source).forEach { record, bytes in
            guard let keyValue = KeyValue(reading: bytes, in: record.pair.value) else { return true }
            guard bytes.data(keyValue.key).starts(with: prefix) else { return true }
            dropped.append(bytes.data(record.pair.key))
            dropped.append(bytes.data(keyValue.key))
            if !keyValue.value.isEmpty { dropped.append(bytes.data(keyValue.value)) }
            return true
        }
        #expect(dropped.count > 20)

        var image = DatabaseImage(source: source)
        image.filter = { record, message in
            let keyValue = KeyValue(reading: message, in: 0..<message.byteCount)
            let isSecret = keyValue.map { message.data($0.key).starts(with: prefix) }
            return isSecret == true ? .drop : .keep
        }
        try withTemporaryDirectory { directory in
            let path = directory.appending("written.db").string
            let (written, database) = try write(image, to: path)
            #expect(StructureCheck(of: database.bolt).findingCount == 0)
            #expect(written.pairCount > 100)
            let (before, after) = (try contents(source.path), try contents(path))
            #expect(before.range(of: Data(prefix)) != nil)
            #expect(after.range(of: Data(prefix)) == nil)
            for bytes in dropped { #expect(after.range(of: bytes) == nil) }
        }
    }

    @Test func isMadeFromNothing() throws {
        try withTemporaryDirectory { directory in
            var image = DatabaseImage(source: nil)
            image.smallBuckets = [.lease: .emptied, .meta: .meta(consistentIndex: 7, term: 2)]
            let (_, database) = try write(image, to: directory.appending("written.db").string)
            let facts = try StoreFacts(reading: database)
            #expect((facts.consistentIndex, facts.term) == (7, 2))
            #expect(facts.finishedCompactRevision == nil)
            let names = try database.buckets().map { String(decoding: $0.name, as: UTF8.self) }
            #expect(names == ["key", "lease", "meta"])
        }
    }
}
