import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// A source that this program wrote is sent as it is until the store is changed.
struct SourceAsSnapshotTests {
    /// Writes a fixture's store anew, as a snapshot file.
    private func write(_ source: EtcdDatabase, to path: FilePath) throws -> EtcdDatabase {
        let file = try OutputFile(creating: path.string)
        _ = try self.store(over: source).writeSnapshot(to: file)
        try file.close()
        return try EtcdDatabase(path: path.string)
    }

    private func store(over source: EtcdDatabase) throws -> Store {
        try Store(source: source, identity: .alone, now: StoreServer.now)
    }

    private func bytes(_ path: FilePath) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: path.string)))
    }

    /// Without room for a snapshot that is written.
    private func options(_ source: EtcdDatabase, isReadOnly: Bool) throws -> ServerOptions {
        let digest = try #require(source.storedDigest)
        var options = ServerOptions()
        options.spoolDirectory = "/proc"
        options.sourceDigest = { digest }
        options.isReadOnly = isReadOnly
        options.ignoresUsers = true
        return options
    }

    @Test(arguments: ["plain-etcd/auth-and-leases.db", "etcd-3.4/history.db", "etcd-3.5/history.db"])
    func anUnchangedSourceIsSentAsItIs(fixture: String) async throws {
        try await withTemporaryDirectory { directory in
            let original = try EtcdDatabase(path: Repository.fixture(fixture).string)
            let path = directory.appending("source.db")
            let source = try self.write(original, to: path)
            let options = try self.options(source, isReadOnly: true)
            try await withServed(self.store(over: source), options: options) { served in
                let sent = try await served.snapshot()
                #expect(try sent == self.bytes(path))
            }
            // Which is no other file than one that is written anew.
            let again = directory.appending("again.db")
            _ = try self.write(source, to: again)
            #expect(try self.bytes(again) == self.bytes(path))
        }
    }

    @Test func aStoreThatWasWrittenToIsWrittenAnew() async throws {
        try await withTemporaryDirectory { directory in
            let original = try EtcdDatabase(path: Repository.fixture("etcd-3.5/history.db").string)
            let source = try self.write(original, to: directory.appending("source.db"))
            let options = try self.options(source, isReadOnly: false)
            try await withServed(self.store(over: source), options: options) { served in
                try await served.put("k", "v")
                let error = await #expect(throws: RPCError.self) { try await served.snapshot() }
                #expect(error?.code == .resourceExhausted)
            }
        }
    }

    @Test func aSourceThatLacksWhatIsWrittenIsWrittenAnew() async throws {
        // etcd 3.4 keeps no raft term.
        let source = try EtcdDatabase(path: Repository.fixture("etcd-3.4/history.db").string)
        #expect(try self.store(over: source).unchangedSource == nil)
    }

    @Test func aLeaseThatIsKeptAliveIsAChange() throws {
        try withTemporaryDirectory { directory in
            let original = try EtcdDatabase(path: Repository.fixture("etcd-3.5/history.db").string)
            var image = DatabaseImage(
                source: try self.write(original, to: directory.appending("source.db"))
            )
            // At a checkpoint 100 of its 1,000 seconds were left.
            let lease = Lease(id: 77, ttl: 1000, remainingTTL: 100)
            image.smallBuckets[.lease] = .overlaid(with: [lease.key: lease.message])
            let path = directory.appending("leased.db").string
            let file = try OutputFile(creating: path)
            _ = try image.writeDatabase(to: file)
            try file.close()
            let store = try self.store(over: EtcdDatabase(path: path))
            #expect(store.unchangedSource != nil)
            _ = store.leaseKeepAlive(.with { $0.id = 77 }, at: StoreServer.now)
            #expect(store.unchangedSource == nil)
        }
    }
}

extension ServedForTests {
    /// Takes a snapshot with its digest.
    fileprivate func snapshot() async throws -> [UInt8] {
        let maintenance = Etcdserverpb_Maintenance.Client<HTTP2ClientTransport.Posix>(wrapping: self.client)
        return try await maintenance.snapshot(.init()) { response in
            try await response.messages.reduce(into: []) { $0 += $1.blob }
        }
    }
}
