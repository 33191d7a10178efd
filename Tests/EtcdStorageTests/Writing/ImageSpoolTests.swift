import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

/// A snapshot made of live keys alone.
struct ImageSpoolTests {
    private typealias Given = (key: String, metadata: KeyMetadata)

    private func write(_ given: [Given], at revision: Int64, to path: String, in directory: FilePath) throws {
        var spool = try ImageSpool(in: directory.string)
        for (key, metadata) in given {
            try spool.append(key: Array(key.utf8), value: Array("value of \(key)".utf8), metadata)
        }
        let file = try OutputFile(creating: path)
        _ = try spool.image(at: revision).writeSnapshot(to: file)
        try file.close()
    }

    @Test func isSoundWhateverTheNumbersOfTheKeysAre() async throws {
        var random = SeededGenerator(for: "live keys")
        for trial in 0..<20 {
            let edges: [Int64] = [.min, -1, 0, 1, 2, 3, 1000, .max]
            let given = (0..<50).map { number in
                let modRevision = Int64.random(in: 1...100, using: &random)
                let metadata = KeyMetadata(
                    createRevision: edges.randomElement(using: &random) ?? modRevision,
                    modRevision: modRevision,
                    version: edges.randomElement(using: &random) ?? 0,
                    lease: Int64.random(in: 0...1, using: &random)
                )
                return (key: "/registry/k\(number)", metadata: metadata)
            }
            try await withTemporaryDirectory { directory in
                let path = directory.appending("made.db").string
                try self.write(given, at: 100, to: path, in: directory)
                let database = try EtcdDatabase(path: path)
                #expect(try database.checkDigest())
                #expect(try StorageCheck(of: database).isSound, "\(trial)")
                let keyspace = try database.keyspace()
                #expect(keyspace.revision == 100)
                #expect(keyspace.count == given.count)
                guard trial == 0 else { return }
                _ = try await RealPrograms.etcdutl().succeed(["snapshot", "status", path])
            }
        }
    }

    @Test func keepsTheNumbersThatAKeyOfEtcdCanHave() throws {
        let given: [Given] = [
            ("/b", KeyMetadata(createRevision: 7, modRevision: 9, version: 3, lease: 0)),
            ("/a", KeyMetadata(createRevision: 8, modRevision: 8, version: 1, lease: 5)),
            ("/c", KeyMetadata(createRevision: 0, modRevision: 5, version: 0, lease: 0)),
        ]
        try withTemporaryDirectory { directory in
            let path = directory.appending("made.db").string
            try self.write(given, at: 12, to: path, in: directory)
            let keyspace = try EtcdDatabase(path: path).keyspace()
            #expect(keyspace.revision == 12)
            #expect(keyspace.compactRevision == 12)
            #expect(keyspace.lastRevision == 9)
            let found = try (0..<keyspace.count).map { try keyspace.metadata(of: keyspace[$0]) }
            #expect(
                found == [
                    KeyMetadata(createRevision: 8, modRevision: 8, version: 1, lease: 0),
                    given[0].metadata,
                    KeyMetadata(createRevision: 5, modRevision: 5, version: 1, lease: 0),
                ]
            )
        }
    }

    @Test func makesAnEmptyStoreOfNoKeys() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("made.db").string
            try self.write([], at: 3, to: path, in: directory)
            let database = try EtcdDatabase(path: path)
            #expect(try StorageCheck(of: database).isSound)
            #expect(try database.totalKeys() == 0)
            #expect(try database.keyspace().revision == 3)
        }
    }
}
