import Bolt
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// Keys of bucket `key` that are no revision, wherever they lie in its order.
struct MalformedKeysTests {
    /// A put of key `k`, as etcd writes it.
    private static func put(_ revision: UInt8) -> [UInt8] {
        [0x0A, 1, UInt8(ascii: "k"), 0x10, 2, 0x18, revision, 0x20, revision - 1, 0x2A, 1, 0x76]
    }

    static let malformed: [[UInt8]] = [
        [0],
        [0xFF, 0xFF],
        Array(repeating: 0, count: 17),
        Array(repeating: 0xFF, count: 17),
        RevisionKey(main: 2, sub: 0).bytes + [UInt8(ascii: "x")],
        RevisionKey(main: 9, sub: 0, isTombstone: true).bytes + [0],
        Array(RevisionKey(main: 2, sub: 0).bytes.dropLast()),
    ]

    @Test(arguments: malformed)
    func areLeftOutAndCounted(key: [UInt8]) throws {
        try withTemporaryDirectory { directory in
            let records = Dictionary(
                uniqueKeysWithValues: (2...4).map {
                    (RevisionKey(main: $0, sub: 0).bytes, Self.put(UInt8($0)))
                }
            )
            let path = directory.appending("made.db").string
            let database = try makeDatabase(
                [BucketName.key.bytes: records.merging([key: [1, 2, 3]]) { sound, _ in sound }],
                at: path
            )
            let keyspace = try database.keyspace()
            #expect(keyspace.malformedKeys.count == 1)
            #expect(keyspace.malformedKeys.page != nil)
            #expect((keyspace.count, keyspace.currentRevision) == (1, 4))
            #expect(try database.changeSummary().malformedKeys == keyspace.malformedKeys)
            #expect(try StorageCheck(of: database).findings.map(\.reason) == [.badRevisionKey])
            let error = try #require(throws: StorageError.self) { try OverlaySource(database) }
            #expect(error.reason == .badRevisionKey)
        }
    }

    /// The newest record is marked as a bucket: it is no change, so the revision before it is the newest.
    @Test func aBucketIsNoRevision() throws {
        try withTemporaryDirectory { directory in
            let records = Dictionary(
                uniqueKeysWithValues: (2...4).map {
                    (RevisionKey(main: $0, sub: 0).bytes, Self.put(UInt8($0)))
                }
            )
            let path = directory.appending("made.db").string
            _ = try makeDatabase([BucketName.key.bytes: records], at: path)
            var bytes = try Data(contentsOf: URL(filePath: path))
            let key = try #require(bytes.range(of: Data(RevisionKey(main: 4, sub: 0).bytes))).lowerBound
            // An element of a leaf page: flags, where its key is from here, the key's and the value's length.
            let element = try #require(
                (0..<key).last { start in
                    bytes.littleEndian(at: start + 4) == UInt32(key - start)
                        && bytes.littleEndian(at: start + 8) == 17
                }
            )
            bytes[element] = 1
            try bytes.write(to: URL(filePath: path))
            let keyspace = try EtcdDatabase(path: path).keyspace()
            #expect((keyspace.count, keyspace.currentRevision) == (1, 3))
            #expect(keyspace.malformedKeys.count == 1)
        }
    }
}

extension Data {
    fileprivate func littleEndian(at offset: Int) -> UInt32 {
        self[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
