import Crypto
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// An event as it stands in one of Gardener's delta files.
private func put(_ key: String, _ value: String, at revision: Int64, lease: Int64 = 0) -> String {
    let (key, value) = (Data(key.utf8).base64EncodedString(), Data(value.utf8).base64EncodedString())
    let leased = lease == 0 ? "" : #","lease":\#(lease)"#
    return #"{"etcdEvent":{"kv":{"key":"\#(key)","create_revision":\#(revision),"mod_revision":\#(revision),"#
        + #""version":1,"value":"\#(value)"\#(leased)}},"time":"2026-01-31T23:59:59.123456789Z"}"#
}

private func deletion(_ key: String, at revision: Int64) -> String {
    let key = Data(key.utf8).base64EncodedString()
    return #"{"etcdEvent":{"type":1,"kv":{"key":"\#(key)","mod_revision":\#(revision)}},"time":""}"#
}

/// Merging full snapshots and deltas, made by hand.
struct DeltaTests {
    private static let full = Repository.fixture("etcd-3.5/history.db").string

    /// A delta file of that name which holds the bytes and their digest.
    private func delta(_ name: String, _ text: String, in directory: FilePath) throws -> DeltaFile {
        let bytes = Array(text.utf8)
        return try self.delta(name, bytes + SHA256.hash(data: bytes), in: directory)
    }

    private func delta(_ name: String, _ bytes: [UInt8], in directory: FilePath) throws -> DeltaFile {
        let path = directory.appending(name).string
        try Data(bytes).write(to: URL(filePath: path))
        let parsed = try #require(GardenerFileName(name))
        return DeltaFile(name: parsed, path: path) { () throws(StorageError) in
            do throws(FileError) { return try MappedFile(path: path) } catch {
                throw StorageError(.file(error), path: path)
            }
        }
    }

    private func merge(
        _ deltas: [DeltaFile],
        upTo last: Int64? = nil,
        with full: String = Self.full,
        in directory: FilePath
    ) throws -> (merged: MergedDeltas, database: EtcdDatabase) {
        let full = try EtcdDatabase(path: full)
        let output = try OutputFile(namelessIn: directory.string)
        let merged = try full.merge(deltas, upTo: last, into: output)
        return (merged, try EtcdDatabase(unpacked: output.mapped(), from: "merged"))
    }

    private func keys(_ database: EtcdDatabase, at revision: Int64? = nil) throws -> Set<String> {
        let keyspace = try database.keyspace(at: revision)
        return Set(
            (0..<keyspace.count).map { String(decoding: keyspace.bytes(of: keyspace[$0]), as: UTF8.self) }
        )
    }

    @Test func changesFollowTheFullSnapshotWithTheirRevisions() throws {
        try withTemporaryDirectory { directory in
            let first =
                "["
                + [put("zz-a", "1", at: 42), put("zz-b", "2", at: 42), deletion("zz-a", at: 43)].joined(
                    separator: ","
                )
                + "]"
            let deltas = [
                try self.delta("Incr-00000042-00000043-1700000000", first, in: directory),
                try self.delta(
                    "Incr-00000044-00000044-1700000020.gz",
                    "[\(put("zz-c", "3", at: 44))]",
                    in: directory
                ),
            ]
            let (merged, database) = try self.merge(deltas, in: directory)
            #expect(merged == MergedDeltas(revision: 44, fileCount: 2, changeCount: 4))
            let before = try self.keys(EtcdDatabase(path: Self.full))
            #expect(try self.keys(database) == before.union(["zz-b", "zz-c"]))
            #expect(try self.keys(database, at: 42) == before.union(["zz-a", "zz-b"]))
            #expect(try database.checkDigest())
            let check = try StorageCheck(of: database)
            #expect(check.isSound)

            let (early, old) = try self.merge(deltas, upTo: 42, in: directory)
            #expect(early == MergedDeltas(revision: 42, fileCount: 1, changeCount: 2))
            #expect(try self.keys(old) == before.union(["zz-a", "zz-b"]))
        }
    }

    @Test func changesThatTheFullSnapshotHasAreSkipped() throws {
        try withTemporaryDirectory { directory in
            let text = "[\(put("zz-x", "1", at: 40)),\(put("zz-y", "1", at: 41)),\(put("zz-z", "1", at: 42))]"
            let delta = try self.delta("Incr-00000040-00000042-1700000000", text, in: directory)
            let (merged, database) = try self.merge([delta], in: directory)
            #expect(merged == MergedDeltas(revision: 42, fileCount: 1, changeCount: 1))
            #expect(try !self.keys(database).contains("zz-x"))
        }
    }

    @Test func aRevisionBetweenTwoDeltasIsMissingAndNotInTheFuture() throws {
        try withTemporaryDirectory { directory in
            let deltas = [
                try self.delta(
                    "Incr-00000042-00000042-1700000000",
                    "[\(put("a", "1", at: 42))]",
                    in: directory
                ),
                try self.delta(
                    "Incr-00000045-00000045-1700000020",
                    "[\(put("b", "1", at: 45))]",
                    in: directory
                ),
            ]
            let error = #expect(throws: StorageError.self) {
                try self.merge(deltas, upTo: 43, in: directory)
            }
            guard case .changes(let problem, known: 42)? = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(problem == "revision 45 follows revision 42: what is between them is missing")
            #expect(try self.merge(deltas, upTo: 42, in: directory).merged.fileCount == 1)
        }
    }

    @Test func aFileBehindTheLastRevisionIsNotOpened() throws {
        try withTemporaryDirectory { directory in
            let deltas = [
                try self.delta(
                    "Incr-00000042-00000042-1700000000",
                    "[\(put("a", "1", at: 42))]",
                    in: directory
                ),
                try self.delta(
                    "Incr-00000042-00000043-1700000020",
                    [UInt8](repeating: 0, count: 99),
                    in: directory
                ),
            ]
            #expect(try self.merge(deltas, upTo: 42, in: directory).merged.revision == 42)
            #expect(throws: StorageError.self) { try self.merge(deltas, in: directory) }
        }
    }

    @Test func aFullSnapshotWithoutADigestGetsNoneByTheMerge() throws {
        try withTemporaryDirectory { directory in
            let full = directory.appending("full.db").string
            let bytes = try Data(contentsOf: URL(filePath: Self.full)).dropLast(32)
            try Data(bytes).write(to: URL(filePath: full))
            let delta = try self.delta(
                "Incr-00000042-00000042-1700000000",
                "[\(put("a", "1", at: 42))]",
                in: directory
            )
            #expect(try self.merge([delta], in: directory).database.checkDigest())
            #expect(try !self.merge([delta], with: full, in: directory).database.checkDigest())
        }
    }

    @Test func aLeaseThatTheFullSnapshotDoesNotHaveIsLeftOutAndCounted() throws {
        try withTemporaryDirectory { directory in
            let text = "[\(put("leased", "1", at: 42, lease: 77))]"
            let delta = try self.delta("Incr-00000042-00000042-1700000000", text, in: directory)
            let (merged, database) = try self.merge([delta], in: directory)
            #expect(merged == MergedDeltas(revision: 42, fileCount: 1, changeCount: 1, putsWithoutLease: 1))
            #expect(try StorageCheck(of: database).isSound)
        }
    }

    @Test func whatIsMissingOrBrokenIsNamed() throws {
        let good = put("zz-a", "1", at: 42)
        let cases = [
            ("[\(put("zz-a", "1", at: 43))]", 43, "what is between them is missing"),
            ("[\(good)]", 43, "it ends at revision 42, and its name says 43"),
            ("[\(good),]", 42, "an element is no object"),
            ("[\(good)", 42, "its array is broken"),
            ("[\(good)]x", 42, "something behind its end"),
            (good, 42, "no JSON array"),
            ("[\(good.dropLast(4))", 42, "has no end"),
            (#"[{"etcdEvent":{"kv":{"key":"YQ==","mod_revision":42}}}]"#, 42, "is none of etcd's"),
            (#"[{"etcdEvent":{"type":2,"kv":{"key":"YQ==","mod_revision":42}}}]"#, 42, "is none of etcd's"),
            (#"[{"etcdEvent":{"type":1,"kv":{"mod_revision":42}}}]"#, 42, "is none of etcd's"),
            (#"[{"etcdEvent":{"type":1,"kv":{"key":"YQ==","mod_revision":-1}}}]"#, 42, "is none of etcd's"),
            ("[" + String(repeating: #"{"a":"#, count: 40), 42, "has no end"),
        ]
        try withTemporaryDirectory { directory in
            for (text, last, words) in cases {
                let delta = try self.delta("Incr-00000042-000000\(last)-1700000000", text, in: directory)
                let error = #expect(throws: StorageError.self) { try self.merge([delta], in: directory) }
                #expect(error?.description.contains(words) == true, "\(String(describing: error))")
                #expect(error?.path == delta.path)
            }
            var bytes = Array("[\(good)]".utf8)
            bytes += Array(SHA256.hash(data: bytes))
            bytes[5] ^= 1
            let changed = try self.delta("Incr-00000042-00000042-1700000000", bytes, in: directory)
            let error = #expect(throws: StorageError.self) { try self.merge([changed], in: directory) }
            guard case .digestMismatch? = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func changedTextIsReadOrRefused() throws {
        var generator = SeededGenerator(for: "changed deltas")
        let count = ProcessInfo.processInfo.environment["REGISTREE_MUTATIONS"].flatMap { Int($0) } ?? 300
        let events = (42...50).map { put("key\($0)", "value", at: $0) }
        let text = Array(("[" + events.joined(separator: ",") + "]").utf8)
        try withTemporaryDirectory { directory in
            for _ in 0..<count {
                var changed = text
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<changed.count, using: &generator)
                    let signs = Array(#"[]{}",:\0-9eE."#.utf8) + [0, 0xFF]
                    changed[place] = signs.randomElement(using: &generator) ?? 0
                }
                let bytes = changed + SHA256.hash(data: changed)
                let delta = try self.delta("Incr-00000042-00000050-1700000000", bytes, in: directory)
                do {
                    let (_, database) = try self.merge([delta], in: directory)
                    _ = try StorageCheck(of: database)
                } catch is StorageError {
                    continue
                }
            }
        }
    }

    @Test func namesAreReadAsGardenerWritesThem() {
        let full = GardenerFileName("Full-00000000-00000041-1700000000.gz")
        #expect(full?.kind == .full)
        #expect(full?.lastRevision == 41)
        let delta = GardenerFileName("Incr-00000042-123456789012-1700000000.zlib.final")
        #expect(delta?.kind == .delta)
        #expect(delta?.lastRevision == 123_456_789_012)
        #expect(GardenerFileName("Incr-00000042-00000043-1700000000.Z")?.isLZW == true)
        for name in [
            "", "Full", "Full-1-2", "Full-2-1-3", "Half-1-2-3", "Full-1-2-3.bak", "Full-1-2-x", "Full--2-3",
            "Full-00000000-99999999999999999999-3", "Full-1-2-3-4", "Full-+1-2-3",
        ] {
            #expect(GardenerFileName(name) == nil, "\(name)")
        }
    }
}
