import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Every call on files that a restore makes fails in turn, on a disk that fails, that fills up and that goes away.
struct RestoreFaultTests {
    /// How the restore is asked for, which decides what is renamed to what.
    enum Shape: CaseIterable {
        case newDirectory
        case emptyDirectory
        case logDirectoryOfItsOwn
        case allMembers

        /// Names beside each other when it is done.
        var names: [String] { self == .logDirectoryOfItsOwn ? ["data", "log"] : ["data"] }

        /// What is there before.
        var namesBefore: [String] { self == .emptyDirectory ? ["data"] : [] }
    }

    private static let snapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

    /// One restore in a place of its own.
    struct Trial {
        let shape: Shape
        let snapshot: FilePath
        /// The destinations' parent.
        let place: FilePath

        init(_ shape: Shape, of snapshot: FilePath, in directory: FilePath) throws {
            self.shape = shape
            self.snapshot = snapshot
            self.place = directory.appending("place-\(UInt64.random(in: 0...UInt64.max))")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            if shape == .emptyDirectory {
                try FileManager.default.createDirectory(
                    atPath: place.appending("data").string,
                    withIntermediateDirectories: false
                )
            }
        }

        func run() async throws {
            _ = try await Restore(self.request()).run(outputs: StagedOutputs())
        }

        func request() throws -> RestoreRequest {
            let data = self.place.appending("data").string
            let two = "m1=http://127.0.0.1:12380,m2=http://127.0.0.1:22380"
            let one = "default=http://localhost:2380"
            let cluster = try InitialCluster(
                parsing: self.shape == .allMembers ? two : one,
                token: "etcd-cluster"
            )
            let log = self.shape == .logDirectoryOfItsOwn ? self.place.appending("log").string : nil
            return RestoreRequest(
                snapshotPath: self.snapshot.string,
                cluster: cluster,
                destination: self.shape == .allMembers
                    ? .allMembers(directory: data)
                    : .member(cluster.members[0], dataDirectory: data, logDirectory: log),
                skipsHashCheck: false
            )
        }

        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: self.place.string).sorted() }
        }

        /// Whether the data directory is there; then it must be complete.
        func isThere() throws -> Bool {
            let data = self.place.appending("data")
            let members = self.shape == .allMembers ? ["m1", "m2"].map { data.appending($0) } : [data]
            guard FileManager.default.fileExists(atPath: members[0].appending("member").string) else {
                return false
            }
            for member in members {
                let database = try EtcdDatabase(path: member.string)
                #expect(try StorageCheck(of: database).isSound)
                let log =
                    self.shape == .logDirectoryOfItsOwn
                    ? self.place.appending("log") : member.pushing("member/wal")
                let file = log.appending("0000000000000000-0000000000000000.wal")
                #expect(try file.stat().size == 64_000_000)
            }
            return true
        }
    }

    @Test(arguments: Shape.allCases, [Errno.ioError, .noSpace, .tooManyOpenFiles])
    func anErrorOfAnyCallNamesItAndLeavesNothing(shape: Shape, cause: Errno) async throws {
        try await withTemporaryDirectory { directory in
            var failed: Set<String> = []
            for number in 0... {
                let trial = try Trial(shape, of: Self.snapshot, in: directory)
                let fault = FileFault(.error(cause), after: number, below: trial.place.string)
                let error = await failure(of: trial)
                let calls = fault.end()
                defer { removeTree(trial.place) }
                guard number < calls.count else {
                    #expect(error == nil)
                    #expect(try trial.isThere())
                    break
                }
                let call = calls[number]
                failed.insert(call.doing)
                guard let error else {
                    // What killed runs left, locks and shared blocks are wanted where they can be had.
                    #expect(["list", "lock", "open", "copy"].contains(call.doing), "\(call)")
                    #expect(try trial.isThere() && trial.names == shape.names, "\(call)")
                    continue
                }
                #expect("\(error)".contains("cannot \(call.doing) \(trial.place)"), "\(call): \(error)")
                #expect("\(error)".hasSuffix("\(cause)"), "\(call): \(error)")
                #expect(try trial.names == shape.namesBefore, "\(call)")
                #expect(try !trial.isThere())
            }
            let always: Set = ["create", "set the mode of", "write", "extend", "sync", "close", "rename to"]
            #expect(failed.isSuperset(of: always), "\(failed)")
        }
    }

    @Test(arguments: Shape.allCases)
    func whenNoCallIsMadeAnyMoreTheDirectoryIsThereCompleteOrNotAtAll(shape: Shape) async throws {
        try await withTemporaryDirectory { directory in
            for number in 0... {
                let trial = try Trial(shape, of: Self.snapshot, in: directory)
                let fault = FileFault(.stop, after: number, below: trial.place.string)
                let error = await failure(of: trial)
                defer { removeTree(trial.place) }
                guard number < fault.end().count else {
                    #expect(error == nil)
                    break
                }
                let left = try trial.names.filter { !shape.names.contains($0) }
                #expect(left.allSatisfy { $0.hasPrefix(".data.") || $0.hasPrefix(".log.") }, "\(left)")
                // A log directory comes first; alone it is in nobody's way but its own.
                if try trial.isThere() || trial.names.contains("log") { continue }
                try await trial.run()
                #expect(try trial.isThere() && trial.names == shape.names, "\(number)")
            }
        }
    }

    @Test(arguments: Shape.allCases)
    func aDiskThatIsFullFromSomeCallOnIsNamed(shape: Shape) async throws {
        try await withTemporaryDirectory { directory in
            for number in 0... {
                let trial = try Trial(shape, of: Self.snapshot, in: directory)
                let fault = FileFault(.full, after: number, below: trial.place.string)
                let error = await failure(of: trial)
                let count = fault.end().count
                defer { removeTree(trial.place) }
                if let error {
                    #expect("\(error)".contains("No space left on device"))
                    #expect("\(error)".contains(trial.place.string))
                    #expect(try trial.names == shape.namesBefore)
                } else {
                    #expect(try trial.isThere())
                    if number >= count { break }
                }
            }
        }
    }

    @Test func aSnapshotWrittenToAfterItWasOpenedIsSaidToBeAndLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("snapshot.db")
            try FileManager.default.copyItem(atPath: Self.snapshot.string, toPath: snapshot.string)
            // Long ago, so that the change cannot fall into the same tick of the file system's clock.
            let past = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)]
            try FileManager.default.setAttributes(past, ofItemAtPath: snapshot.string)
            let trial = try Trial(.newDirectory, of: snapshot, in: directory)
            let restore = try Restore(trial.request())

            let writer = try FileHandle(forUpdating: URL(filePath: snapshot.string))
            let byte = try #require(try writer.read(upToCount: 1))
            try writer.seek(toOffset: 0)
            try writer.write(contentsOf: byte)
            try writer.close()

            await #expect(throws: (any Error).self) {
                do {
                    _ = try await restore.run(outputs: StagedOutputs())
                } catch {
                    #expect("\(error)".contains("\(snapshot) was changed while it was read"))
                    throw error
                }
            }
            #expect(try trial.names == [])
        }
    }

    /// The snapshot's own disk.
    @Test func anErrorOfAnyCallOnTheSnapshotIsSaidAndLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("source").appending("snapshot.db")
            try FileManager.default.createDirectory(
                atPath: directory.appending("source").string,
                withIntermediateDirectories: false
            )
            try FileManager.default.copyItem(atPath: Self.snapshot.string, toPath: snapshot.string)
            for number in 0... {
                let trial = try Trial(.newDirectory, of: snapshot, in: directory)
                let fault = FileFault(.error(.ioError), after: number, below: snapshot.string)
                let error = await failure(of: trial)
                let calls = fault.end()
                defer { removeTree(trial.place) }
                guard number < calls.count else {
                    #expect(error == nil)
                    break
                }
                #expect("\(error as Any)".contains("cannot \(calls[number].doing) \(snapshot)"))
                #expect(try trial.names == [])
            }
            #expect(
                FileManager.default.contentsEqual(atPath: snapshot.string, andPath: Self.snapshot.string)
            )
        }
    }
}

/// What the restore throws; nil when it works.
private func failure(of trial: RestoreFaultTests.Trial) async -> (any Error)? {
    do {
        try await trial.run()
        return nil
    } catch {
        return error
    }
}

private func removeTree(_ path: FilePath) {
    try? FileManager.default.removeItem(atPath: path.string)
}
