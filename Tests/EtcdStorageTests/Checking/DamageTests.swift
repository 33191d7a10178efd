import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// Damaged copies of real snapshots: nothing traps or hangs, and what can be seen is seen.
///
/// By default a seeded sample is tried; with `REGISTREE_DAMAGE=all` in the environment every byte is.
struct DamageTests {
    /// Snapshots with inline buckets, trees, an overflow page, leases, history and a compaction.
    static let snapshots = ["plain-etcd/auth-and-leases.db", "etcd-3.4/history.db", "etcd-3.5/history.db"]
    static let triesEverything = ProcessInfo.processInfo.environment["REGISTREE_DAMAGE"] == "all"

    /// A sample of the offsets, or all of them.
    private func offsets(below count: Int, sample: Int) -> [Int] {
        if Self.triesEverything { return Array(0..<count) }
        var generator = SeededGenerator(for: "damaged bytes")
        return (0..<sample).map { _ in Int.random(in: 0..<count, using: &generator) }
    }

    /// Runs everything that reads a file, and says whether checking found damage; no error may escape unseen.
    private func isFoundDamaged(_ path: FilePath) throws -> Bool {
        let database: EtcdDatabase
        do {
            database = try EtcdDatabase(path: path.string)
        } catch {
            return true
        }
        _ = try? database.changeSummary()
        _ = try? database.hashKV(of: database.keyspace())
        _ = try? StoreFacts(reading: database)
        let check = try StorageCheck(of: database)
        let digestDiffers = try database.storedDigest.map { try $0 != database.computedDigest() } ?? false
        return !check.isSound || digestDiffers
    }

    @Test(arguments: snapshots)
    func findsEveryChangedByteByTheDigest(name: String) throws {
        let original = try fixtureData(name)
        try withTemporaryDirectory { directory in
            let copy = try Scratch(original, in: directory)
            for offset in self.offsets(below: original.count, sample: 300) {
                try copy.change(offset, original[offset] ^ UInt8(1 << (offset % 8)))
                #expect(try self.isFoundDamaged(copy.path), "byte \(offset)")
                try copy.change(offset, original[offset])
            }
            #expect(try !self.isFoundDamaged(copy.path))
        }
    }

    @Test(arguments: snapshots)
    func findsEveryChangeToTheStructureWithoutADigest(name: String) throws {
        let original = try fixtureData(name).dropLast(32)
        try withTemporaryDirectory { directory in
            let copy = try Scratch(original, in: directory)
            let structure = try StructuralBytes(of: EtcdDatabase(path: copy.path.string))
            let structural = structure.isStructural.indices.filter { structure.isStructural[$0] }
            print("\(name): \(structural.count) of \(original.count) bytes are structure")
            for index in self.offsets(below: structural.count, sample: 400) {
                let offset = structural[index]
                for mask in [0x01, 0x80, 0xFF] as [UInt8] {
                    try copy.change(offset, original[offset] ^ mask)
                    let isSeen = try self.isFoundDamaged(copy.path)
                    // A branch may then name a free page: an older copy of the right one, which nothing tells
                    // from it. What is read is then a state that the store had.
                    #expect(try isSeen || isStateOfOriginal(copy.path, name), "byte \(offset) xor \(mask)")
                }
                try copy.change(offset, original[offset])
            }
        }
    }

    @Test(arguments: snapshots)
    func findsEveryCut(name: String) throws {
        let original = try fixtureData(name)
        try withTemporaryDirectory { directory in
            let copy = try Scratch(original, in: directory)
            // Without its digest the file is whole, and says that it has none.
            let whole = original.count - 32
            for length in self.offsets(below: original.count, sample: 100).sorted().reversed()
            where length != whole {
                try copy.cut(to: length)
                #expect(try self.isFoundDamaged(copy.path), "cut to \(length)")
            }
        }
    }
}

/// Whether the file at `path` shows the fixture `name` as it was at the file's newest revision.
private func isStateOfOriginal(_ path: FilePath, _ name: String) throws -> Bool {
    let database = try EtcdDatabase(path: path.string)
    let keyspace = try database.keyspace()
    let original = try openFixture(name)
    return try database.hashKV(of: keyspace) == original.hashKV(of: original.keyspace(at: keyspace.revision))
}

/// A copy of a snapshot whose bytes are changed in place.
private struct Scratch {
    let path: FilePath
    private let descriptor: FileDescriptor

    init(_ bytes: Data, in directory: FilePath) throws {
        self.path = directory.appending("damaged.db")
        self.descriptor = try FileDescriptor.open(
            self.path,
            .readWrite,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        try self.descriptor.writeAll(bytes)
    }

    func change(_ offset: Int, _ byte: UInt8) throws {
        try self.descriptor.writeAll(toAbsoluteOffset: Int64(offset), [byte])
    }

    func cut(to length: Int) throws {
        try self.descriptor.resize(to: Int64(length))
    }
}
