import EtcdStorage
import Files
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// A file that somebody else writes to while it is read.
struct ChangedFileTests {
    /// What reads a whole database, and so has to notice.
    enum Reading: CaseIterable {
        case digest
        case statusHash
        case check
        case keyspace
    }

    @Test(arguments: Reading.allCases)
    func aDatabaseWrittenToInPlaceIsSaidToBe(reading: Reading) throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            try fixtureData("plain-etcd/auth-and-leases.db").write(to: URL(fileURLWithPath: path))
            // Long ago, so that the change cannot fall into the same tick of the file system's clock.
            let time = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
            try #require(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
            let database = try EtcdDatabase(path: path)
            let keyspace = try database.keyspace()
            try keyspace.checkUnchanged()

            // The same byte again: what was read is right, but nobody can know.
            let writer = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            let byte = try #require(try writer.read(upToCount: 1))
            try writer.seek(toOffset: 0)
            try writer.write(contentsOf: byte)
            try writer.close()

            let error = StorageError(.file(FileError(.changed, path: path)), path: path)
            #expect(throws: error) {
                switch reading {
                case .digest: _ = try database.checkDigest()
                case .statusHash: _ = try database.statusHash()
                case .check: _ = try StorageCheck(of: database)
                case .keyspace: _ = try database.keyspace()
                }
            }
            #expect("\(error)".contains("was changed while it was read"))
        }
    }
}
