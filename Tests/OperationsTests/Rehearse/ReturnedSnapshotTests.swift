import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// A snapshot that comes back in pieces, and is the restored database or not.
struct ReturnedSnapshotTests {
    private static let digestByteCount = 32
    private let path = Repository.fixture("etcd-3.5/history.db")

    private func bytes() throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: self.path.string)))
    }

    private func restored() throws -> RestoredDatabase {
        RestoredDatabase(try EtcdDatabase(path: self.path.string))
    }

    /// The SHA-256 of the bytes before the last 32.
    private func digest(of bytes: [UInt8], in directory: FilePath) throws -> [UInt8] {
        let path = directory.appending("hashed.db").string
        try Data(bytes).write(to: URL(filePath: path))
        return try EtcdDatabase(path: path).computedDigest()
    }

    private func append(_ bytes: [UInt8], to output: ReturnedSnapshot, pieces: Int) throws {
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            try output.append(Array(bytes[start..<end]))
            start = end
        }
    }

    private func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

    @Test(arguments: [1 << 10, 4096, 5000, 1 << 24])
    func theRestoredDatabaseIsNotKeptAgain(pieces: Int) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("taken.db")
            let bytes = try self.bytes()
            let output = ReturnedSnapshot(of: try self.restored(), path: path.string)
            try self.append(bytes, to: output, pieces: pieces)
            let (digest, byteCount) = try await output.finish()
            #expect(digest == Array(bytes.suffix(Self.digestByteCount)))
            #expect(byteCount == UInt64(bytes.count))
            #expect(try output.database().path == self.path.string)
            #expect(!self.exists(path))
        }
    }

    @Test func whatIsNotKnownIsKeptAndHashed() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("taken.db")
            let bytes = try self.bytes()
            let output = ReturnedSnapshot(of: nil, path: path.string)
            try self.append(bytes, to: output, pieces: 5000)
            let (digest, _) = try await output.finish()
            #expect(digest == Array(bytes.suffix(Self.digestByteCount)))
            #expect(try output.database().path == path.string)
            #expect(FileManager.default.contents(atPath: path.string) == Data(bytes))
        }
    }

    @Test func aByteThatDiffersIsKeptWithAllOthersAndProvedByItself() async throws {
        let bytes = try self.bytes()
        let end = bytes.count - Self.digestByteCount
        for offset in [9000, end / 2, end - 1] {
            try await withTemporaryDirectory { directory in
                let path = directory.appending("taken.db")
                var changed = bytes
                changed[offset] ^= 1
                let computed = try self.digest(of: changed, in: directory)
                // With the restored database's digest, and with its own.
                let lying = ReturnedSnapshot(of: try self.restored(), path: path.string)
                try self.append(changed, to: lying, pieces: 5000)
                let sent = Array(changed.suffix(Self.digestByteCount))
                await #expect(throws: TakeError.digestDiffers(sent: sent, computed: computed)) {
                    try await lying.finish()
                }
                try FileManager.default.removeItem(atPath: path.string)
                changed.replaceSubrange(end..., with: computed)
                let honest = ReturnedSnapshot(of: try self.restored(), path: path.string)
                try self.append(changed, to: honest, pieces: 5000)
                let (digest, byteCount) = try await honest.finish()
                #expect(digest == computed)
                #expect(byteCount == UInt64(changed.count))
                #expect(try honest.database().path == path.string)
                #expect(FileManager.default.contents(atPath: path.string) == Data(changed))
            }
        }
    }

    @Test func aDigestThatIsNotTheDatabasesIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try self.bytes()
            let computed = Array(bytes.suffix(Self.digestByteCount))
            bytes[bytes.count - 1] ^= 1
            let output = ReturnedSnapshot(
                of: try self.restored(),
                path: directory.appending("taken.db").string
            )
            try self.append(bytes, to: output, pieces: 5000)
            let sent = Array(bytes.suffix(Self.digestByteCount))
            await #expect(throws: TakeError.digestDiffers(sent: sent, computed: computed)) {
                try await output.finish()
            }
        }
    }

    @Test func whatBreaksOffOrGoesOnIsNoSnapshot() async throws {
        let bytes = try self.bytes()
        let whole = bytes.count - Self.digestByteCount
        for received in [Array(bytes.prefix(whole)), Array(bytes.prefix(whole + 31)), bytes + [0], []] {
            try await withTemporaryDirectory { directory in
                let path = directory.appending("taken.db")
                let output = ReturnedSnapshot(of: try self.restored(), path: path.string)
                try self.append(received, to: output, pieces: 5000)
                await #expect(throws: TakeError.noDigest(received: UInt64(received.count))) {
                    try await output.finish()
                }
            }
        }
    }
}
