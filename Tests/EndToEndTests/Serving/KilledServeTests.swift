import EtcdMessages
import EtcdRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// `registree serve etcd --save` killed while clients write, and while it saves.
    @Suite(.timeLimit(.minutes(60)))
    struct KilledServeTests {
        @Test func aKillAtAnyMomentHarmsNeitherTheSourceNorWhatIsSaved() async throws {
            var random = SeededGenerator(for: "moments of SIGKILL under writes")
            try await withTemporaryDirectory { directory in
                let trial = try ServeTrial(Repository.fixture("etcd-3.5/history.db"), in: directory)
                // Undisturbed first: that tells how long stopping takes, and that something is there to disturb.
                let time = try await trial.expectARunSaves("at first")
                var (saved, leftovers, killed) = (0, 0, 0)
                let tries = Effort.tries(8, full: 200)
                var attempt = 0
                // As often as that, and until one was killed while it stopped.
                while attempt < tries || (killed == 0 && attempt < 100 * tries) {
                    attempt += 1
                    let isStopping = attempt % 2 == 0
                    // Saving comes last of what stopping does.
                    let wait =
                        isStopping
                        ? time * Double.random(in: 0.4..<1.1, using: &random)
                        : .milliseconds(200) * Double.random(in: 0..<1, using: &random)
                    let (result, _) = try await trial.run { serving in
                        if isStopping { serving.send(SIGTERM) }
                        try await Task.sleep(for: wait)
                        serving.send(SIGKILL)
                    }
                    if isStopping, result.signal == SIGKILL { killed += 1 }
                    let comment =
                        "attempt \(attempt), \(wait) after \(isStopping ? "SIGTERM" : "the first writes")"
                    try trial.expectSourceIsUntouched(comment)
                    if try await trial.isSavedComplete(comment) { saved += 1 }
                    leftovers += try names(in: trial.place).count - 1
                }
                print("SIGKILL: \(saved) times all was saved before, \(leftovers) times half of it")
                #expect(killed > 0)
                // The next run works, and clears away what the killed ones left.
                try await trial.expectARunSaves("after kills")
                #expect(try names(in: trial.place) == ["source.db"])
            }
        }
    }
}

/// A copy of a snapshot that is served, written to and killed.
private struct ServeTrial {
    let place: FilePath
    private let digestBefore: [UInt8]
    private let statusBefore: FileStatus

    var source: FilePath { self.place.appending("source.db") }
    var saved: FilePath { self.place.appending("saved.db") }

    init(_ snapshot: FilePath, in directory: FilePath) throws {
        self.place = directory.appending("place")
        try FileManager.default.createDirectory(
            atPath: self.place.string,
            withIntermediateDirectories: false
        )
        let source = self.place.appending("source.db")
        try writeFile(readFile(snapshot), to: source)
        self.digestBefore = try digest(of: source)
        self.statusBefore = try FileStatus(of: source)
    }

    /// Serves, has clients write until the end, and calls `body` when they have begun.
    ///
    /// - Returns: How the server ended, and how many puts were acknowledged.
    @discardableResult
    func run(_ body: (RunningProgram) async throws -> Void) async throws -> (ProgramResult, Int) {
        let served = try await ServedEtcd(["-f", self.source.string, "--save", self.saved.string])
        let acknowledged = Count()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let port = try #require(served.endpoint.split(separator: ":").last.flatMap { Int($0) })
            group.addTask {
                try? await write(to: port, until: 2000) { acknowledged.add() }
            }
            try await eventually("60 writes are acknowledged") { acknowledged.value >= 60 }
            try await body(served.program)
            let result = try await served.program.wait()
            group.cancelAll()
            return (result, acknowledged.value)
        }
    }

    /// Serves until SIGTERM, and demands that all acknowledged writes are in what it saves; then removes that.
    ///
    /// - Returns: How long stopping took.
    @discardableResult
    func expectARunSaves(_ comment: String) async throws -> Duration {
        let clock = ContinuousClock()
        var begin = clock.now
        let (result, count) = try await self.run { serving in
            begin = clock.now
            serving.send(SIGTERM)
        }
        let time = clock.now - begin
        #expect(result.exitCode == 0, "\(comment): \(result.errors)")
        let revision = try await self.revision(of: self.saved)
        #expect(try await revision >= self.revision(of: self.source) + count, "\(comment)")
        try await #expect(self.isSavedComplete(comment), "\(comment)")
        try self.expectSourceIsUntouched(comment)
        return time
    }

    private func revision(of path: FilePath) async throws -> Int {
        struct Status: Decodable { var revision: Int }
        let result = try await RealPrograms.etcdutl().succeed([
            "snapshot", "status", path.string, "-w", "json",
        ])
        return try JSONDecoder().decode(Status.self, from: Data(result.standardOutput)).revision
    }

    /// Whether the saved file is there; then it must be sound, and it is removed.
    func isSavedComplete(_ comment: String) async throws -> Bool {
        let left = try names(in: self.place).filter { $0 != "source.db" && $0 != "saved.db" }
        // What was being written at most, under the name that the next run knows.
        #expect(left.count <= 1, "\(comment): \(left)")
        #expect(left.allSatisfy { $0.hasPrefix(".saved.db.") }, "\(comment): \(left)")
        guard exists(self.saved) else { return false }
        let verdict = try await RegistreeProgram.run("verify", self.saved.string)
        #expect(verdict.exitCode == 0, "\(comment): \(verdict.output)\(verdict.errors)")
        try FileManager.default.removeItem(atPath: self.saved.string)
        return true
    }

    func expectSourceIsUntouched(_ comment: String) throws {
        #expect(try digest(of: self.source) == self.digestBefore, "\(comment)")
        #expect(try FileStatus(of: self.source) == self.statusBefore, "\(comment)")
    }
}

private final class Count: Sendable {
    private let atomic = Atomic(0)

    var value: Int { self.atomic.load(ordering: .relaxed) }

    func add() {
        self.atomic.add(1, ordering: .relaxed)
    }
}

/// What of a file changes when it is written or replaced.
private struct FileStatus: Equatable {
    var inode: UInt64
    var byteCount: Int64
    /// When its contents and its status were changed, seconds and nanoseconds.
    var times: [Int]

    init(of path: FilePath) throws {
        let status = try Stat(path)
        self.inode = UInt64(status.inode.rawValue)
        self.byteCount = status.size
        let (contents, own) = (status.st_mtim, status.st_ctim)
        self.times = [contents.tv_sec, contents.tv_nsec, own.tv_sec, own.tv_nsec]
    }
}

/// Puts values of 64 KiB, several at a time, until there are `count` or nobody answers any more.
private func write(to port: Int, until count: Int, _ acknowledged: @escaping @Sendable () -> Void)
    async throws
{
    let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: port),
        transportSecurity: .plaintext
    )
    try await withGRPCClient(transport: transport) { client in
        let kv = Etcdserverpb_KV.Client(wrapping: client)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<count / 4 {
                        var request = Etcdserverpb_PutRequest()
                        request.key = Data("written/\(writer)/\(number)".utf8)
                        request.value = Data(repeating: UInt8(truncatingIfNeeded: number), count: 64 << 10)
                        _ = try await kv.put(request)
                        acknowledged()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
