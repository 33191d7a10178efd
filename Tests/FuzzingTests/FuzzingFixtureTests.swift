import Crypto
import EtcdStore
import Foundation
import KineStorage
import SystemPackage
import TestSupport
import Testing

@testable import Archives
@testable import ClusterChecks
@testable import EtcdStorage
@testable import Files
@testable import KubernetesCodec

/// What fuzzing began with and what it found, through the same code as there.
struct FuzzingFixtureTests {
    @Test(arguments: FuzzTarget.allCases)
    func keepsEveryPromise(target: FuzzTarget) throws {
        let names = try self.names(of: target)
        #expect(!names.isEmpty)
        var run = FuzzRun()
        for name in names {
            let bytes = try self.bytes("\(target.rawValue)/\(name)")
            #expect(throws: Never.self, "\(target.rawValue)/\(name)") {
                try run.take(bytes.span.bytes, as: target)
            }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func keepsEveryPromiseForFlippedBytes(target: FuzzTarget) throws {
        let seed = TestSeed.draw(for: "flipped bytes for \(target.rawValue)")
        var random = SeededGenerator(seed: seed)
        var run = FuzzRun()
        for name in try self.names(of: target) {
            let bytes = try self.bytes("\(target.rawValue)/\(name)")
            for _ in 0..<100 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let index = Int.random(in: changed.indices, using: &random)
                    changed[index] = UInt8.random(in: 0...255, using: &random)
                }
                #expect(throws: Never.self, "seed \(seed), \(target.rawValue)/\(name)") {
                    try run.take(changed.span.bytes, as: target)
                }
            }
        }
    }

    private func names(of target: FuzzTarget) throws -> [String] {
        let folder = Repository.fixture("fuzzing/\(target.rawValue)").string
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: Repository.fixture("fuzzing/\(path)").string)))
    }

    @Test func everyFolderIsATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.fixture("fuzzing").string
        )
        #expect(folders.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
    }

    /// Seeds that are not read any more would fuzz nothing but errors.
    @Test func seedsOfObjectsAreReadAsWhatTheyAre() throws {
        var decoder = ObjectDecoder()
        for name in ["cronjob", "json", "role", "volume-attachment"] {
            let stored = try self.bytes("envelope/\(name)")
            #expect(try decoder.decode(stored.span.bytes, in: 0..<stored.count).isKnownKind)
        }
        let message = try self.bytes("protobuf/pod")
        let pod = try #require(Schema.known.message(apiVersion: "v1", kind: "Pod"))
        #expect(UInt16(message[0]) | UInt16(message[1]) << 8 == pod)
        #expect(try Document(cbor: self.bytes("cbor/items")).root.elements.count > 20)
        #expect(try Document(json: self.bytes("json/object")).root.kind == .object)
        #expect(try Document.documents(yaml: self.bytes("yaml/anchors")).count == 2)
        #expect(try Document(json: Gzip.unpack(self.bytes("gzip/release.gz"))).root["name"]?.string == "web")
        for name in ["aescbc", "aesgcm", "secretbox", "kms-v1", "kms-v2", "kms-v2-seed"] {
            #expect(
                try openWithEverything(self.bytes("encrypted-value/\(name)")).starts(with: Envelope.magic)
            )
        }
    }

    @Test func seedsOfArchivesAndDatabasesAreReadAsWhatTheyAre() throws {
        let unpacker = Unpacker(places: ScratchPlaces([memoryDirectory]), programDirectories: [])
        let database = try self.bytes("salvage/sound")
        for name in try self.names(of: .archives) where !name.hasPrefix("found-") {
            let file = try memoryFile(self.bytes("archives/\(name)"))
            let unpacked =
                name == "lzw" ? try unpacker.unpackLZW(file) : try #require(try unpacker.unpack(file)).file
            #expect(try unpacked.contents().starts(with: database.prefix(96)), "\(name)")
        }
        let changes: [String: [Int64]] = ["one": [2], "history": [2, 2, 3, 4, 4], "known-and-new": [1, 2]]
        for (name, changes) in changes {
            let text = try self.bytes("deltas/\(name)")
            #expect(try revisions(of: memoryFile(text + SHA256.hash(data: text))) == changes)
        }
        for (name, count) in [("small", 2), ("pages-of-1024", 2), ("with-indexes", 27)] {
            let path = Repository.fixture("fuzzing/sqlite/\(name)").string
            let kine = KineDatabase(path: path, scratchDirectory: memoryDirectory)
            #expect(try kine.keyspace(at: nil).count == count)
        }
        let origins: [(String, SalvageReport.Origin)] = [
            ("sound", .newestState), ("state-before", .stateBeforeLastTransaction), ("leaf-lost", .remains),
            ("branch-lost", .remains), ("root-lost", .remains), ("metas-lost", .remains),
        ]
        for (name, origin) in origins {
            let file = try memoryFile(self.bytes("salvage/\(name)"))
            let report = try #require(SalvagedDatabase(of: file)).report
            #expect(report.origin == origin, "\(name)")
            #expect(report.recordCount > 10, "\(name)")
        }
    }

    @Test func seedsOfLogsAreAppliedToTheirEnd() throws {
        let directory = try ScratchDirectory(in: memoryDirectory, purpose: "fuzzing-tests")
        let member = try FuzzedMember(in: directory.path)
        // How many entries are applied, and how many of them are refused or of etcd's API of version 2.
        let counts = [
            "etcd-3.4": [31, 4, 0], "etcd-3.5": [27, 5, 0], "segments": [5, 0, 0],
            "members-and-alarms": [18, 1, 0],
        ]
        for (name, counts) in counts {
            let outcome = try #require(try member.outcome(of: self.bytes("log/\(name)")))
            #expect(outcome.stop == nil, "\(name)")
            #expect(
                [outcome.appliedCount, outcome.refusedCount, outcome.versionTwoCount] == counts,
                "\(name)"
            )
        }
        // What lies between the database and the raft snapshot is not there.
        #expect(try member.outcome(of: self.bytes("log/received-snapshot")) == nil)
    }

    @Test func seedsOfWhatIsToldOfObjectsAreReadAsWhatTheyAre() throws {
        for (name, count) in [("objects", 9), ("compacted", 7)] {
            let file = try memoryFile(self.bytes("history/\(name)"))
            let database = try EtcdDatabase(unpacked: file, from: name)
            #expect(try StorageCheck(of: database).isSound)
            #expect(try RevisionHistory(of: database).count == count)
        }
        for (name, count) in [("deployment", 8), ("lists", 6), ("secret", 3)] {
            let parts = try self.bytes("difference/\(name)").split(separator: 0).map(Array.init)
            let (old, new) = (try Document(json: parts[0]), try Document(json: parts[1]))
            #expect(ObjectDifference(from: old.root, to: new.root).changes.count == count, "\(name)")
        }
        let dates = try ["version-1", "version-3"].map {
            try CertificateDates(self.bytes("certificates/\($0)"))
        }
        #expect(dates.allSatisfy { $0 != nil })
        #expect(
            try CertificateDates.all(inPEM: self.bytes("certificates/chain")).compactMap(\.self).count == 2
        )
    }
}
