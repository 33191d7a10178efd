import EtcdClient
import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Every call on files that taking a snapshot makes fails in turn, on a disk that fails, that fills up and that goes
/// away; and those that keep a live etcd's keys.
struct TakeFaultTests {
    private static let source = Repository.fixture("plain-etcd/auth-and-leases.db").string

    /// Runs `body` beside a store in this process that serves the source, with a place to write to.
    private func withStore(_ body: (EtcdEndpoint, FilePath) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            for name in ["place", "server"] {
                try FileManager.default.createDirectory(
                    atPath: directory.appending(name).string,
                    withIntermediateDirectories: false
                )
            }
            let server = directory.appending("server").string
            let place = directory.appending("place")
            try await BundledStore().serve(
                Self.source,
                as: self.member(),
                isReadOnly: true,
                in: server,
                spool: server
            ) { endpoint in try await body(endpoint, place) }
        }
    }

    /// No call is to end for want of time.
    private let unhurried = ConnectionOptions(dialTimeout: .seconds(60), callTimeout: .seconds(60))

    private func member() throws -> RestoredMember {
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "etcd-cluster")
        let request = RestoreRequest(
            snapshotPath: Self.source,
            cluster: cluster,
            destination: .member(cluster.members[0], dataDirectory: "/nowhere", logDirectory: nil),
            skipsHashCheck: true
        )
        return try Restore(request).members[0]
    }

    /// Takes a snapshot to `taken.db` in `place`; what it throws.
    private func take(_ endpoint: EtcdEndpoint, to place: FilePath, replacing: Bool) async -> (any Error)? {
        var request = TakeRequest(
            endpoints: [endpoint],
            options: self.unhurried,
            destination: .file(path: place.appending("taken.db").string),
            date: { Date(timeIntervalSince1970: 1_795_000_000) }
        )
        request.replacing = replacing
        do {
            _ = try await Take(request).run()
            return nil
        } catch {
            return error
        }
    }

    private func names(in place: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.string).sorted()
    }

    private func clear(_ place: FilePath, replacing: Bool) throws {
        for name in try self.names(in: place) {
            try FileManager.default.removeItem(atPath: place.appending(name).string)
        }
        if replacing { try Data("older".utf8).write(to: URL(filePath: place.appending("taken.db").string)) }
    }

    /// Whether the new snapshot is there, which must be whole then; else the older one must be, if there was one.
    private func isTaken(to place: FilePath, replacing: Bool) throws -> Bool {
        let path = place.appending("taken.db").string
        guard let content = FileManager.default.contents(atPath: path) else {
            #expect(!replacing)
            return false
        }
        if replacing, content == Data("older".utf8) { return false }
        #expect(try EtcdDatabase(path: path).checkDigest())
        return true
    }

    @Test(arguments: [(false, Errno.noSpace), (true, .ioError)])
    func anErrorOfAnyCallNamesItAndLeavesNothing(replacing: Bool, cause: Errno) async throws {
        try await self.withStore { endpoint, place in
            var failed: Set<String> = []
            for number in 0... {
                try self.clear(place, replacing: replacing)
                let fault = FileFault(.error(cause), after: number, below: place.string)
                let error = await self.take(endpoint, to: place, replacing: replacing)
                let calls = fault.end()
                guard number < calls.count else {
                    #expect(error == nil)
                    #expect(try self.isTaken(to: place, replacing: replacing))
                    break
                }
                let call = calls[number]
                failed.insert(call.doing)
                guard let error else {
                    // What killed runs left and locks are wanted where they can be had; whether the file has
                    // changed is asked again at the end.
                    #expect(
                        ["list", "lock", "open", "remove", "examine"].contains(call.doing),
                        "\(call) \(number) of \(calls)"
                    )
                    #expect(try self.isTaken(to: place, replacing: replacing), "\(call)")
                    continue
                }
                #expect("\(error)".contains("cannot \(call.doing) \(place)"), "\(call): \(error)")
                #expect("\(error)".hasSuffix("\(cause)"), "\(call): \(error)")
                #expect(try self.names(in: place) == (replacing ? ["taken.db"] : []), "\(call)")
                let isTaken = try self.isTaken(to: place, replacing: replacing)
                // The older file is gone once the new one has its name.
                #expect(replacing || !isTaken)
            }
            let always: Set = [
                "create", "set the mode of", "write", "sync", "close", "rename to", "map",
                "examine the file system of",
            ]
            #expect(failed.isSuperset(of: always), "\(failed)")
        }
    }

    @Test(arguments: [false, true])
    func whenNoCallIsMadeAnyMoreTheSnapshotIsThereWholeOrNotAtAll(replacing: Bool) async throws {
        try await self.withStore { endpoint, place in
            for number in 0... {
                try self.clear(place, replacing: replacing)
                let fault = FileFault(.stop, after: number, below: place.string)
                let error = await self.take(endpoint, to: place, replacing: replacing)
                guard number < fault.end().count else {
                    #expect(error == nil)
                    break
                }
                let left = try self.names(in: place).filter { $0 != "taken.db" }
                #expect(left.allSatisfy { $0.hasPrefix(".taken.db.partial-") } && left.count <= 1, "\(left)")
                if try self.isTaken(to: place, replacing: replacing) { continue }
                #expect(await self.take(endpoint, to: place, replacing: replacing) == nil, "\(number)")
                #expect(try self.isTaken(to: place, replacing: replacing))
                #expect(try self.names(in: place) == ["taken.db"], "\(number)")
            }
        }
    }

    @Test func aDiskThatIsFullFromSomeCallOnIsNamed() async throws {
        try await self.withStore { endpoint, place in
            for number in 0... {
                try self.clear(place, replacing: false)
                let fault = FileFault(.full, after: number, below: place.string)
                let error = await self.take(endpoint, to: place, replacing: false)
                let count = fault.end().count
                if let error {
                    let said = "\(error)"
                    #expect(said.contains("No space left") || said.contains("has 0 free"), "\(said)")
                    #expect(said.contains(place.string))
                    #expect(try self.names(in: place) == [])
                } else {
                    #expect(try self.isTaken(to: place, replacing: false))
                    if number >= count { break }
                }
            }
        }
    }

    /// The file without a name that the keys of a live etcd go to.
    @Test func anErrorOfAnyCallThatKeepsLiveKeysIsSaid() async throws {
        try await self.withStore { endpoint, place in
            var options = self.unhurried
            options.endpoints = [endpoint.description]
            let connection = try EtcdConnection(options)
            let live = LiveEtcd(connection, spoolDirectory: place.string)
            for number in 0... {
                let fault = FileFault(.error(.noSpace), after: number, below: place.string)
                defer { fault.end() }
                do {
                    let keyspace = try await live.keyspace(of: [.all], at: nil)
                    #expect(keyspace.count > 0)
                    #expect(fault.end().count == number)
                    break
                } catch let error as FileError {
                    let call = try #require(fault.end().dropFirst(number).first)
                    #expect(error == FileError(.system(doing: call.doing, .noSpace), path: place.string))
                    #expect(try self.names(in: place) == [])
                }
            }
        }
    }
}
