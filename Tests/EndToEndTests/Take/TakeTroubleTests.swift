import Foundation
import SystemPackage
import TestSupport
import Testing

/// What can go wrong on this machine or at the server while a snapshot is taken from a real etcd.
struct TakeTroubleTests {
    @Test(.mayMount) func saysBeforehandThatTheDiskHasNoRoom() async throws {
        try await withFilledEtcd { etcd, place in
            try await Mounting.withFileSystem("size=16k", at: place.directory) {
                let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
                expectFailure(result, 6, "bytes, the file system has")
                #expect(try place.names == [])
            }
        }
    }

    @Test func removesWhatTheDiskCouldNotHold() async throws {
        try await withFilledEtcd { etcd, place in
            let program = try RegistreeProgram.located().path.string
            let script = "ulimit -f 16; exec \"$0\" take \"$1\" --endpoints \"$2\""
            let result = try await RealPrograms.named("sh").run(
                ["-c", script, program, place.path("taken.db"), etcd.endpoint]
            )
            expectFailure(result, 6, "cannot write \(place.path("taken.db"))")
            #expect(try place.names == [])
        }
    }

    @Test func leavesNothingWhenTheServerIsKilledInMidStream() async throws {
        try await withMidStream { take, stream in
            stream.etcd.kill(stream.etcd.plan.members[0])
            stream.proxy.close()
            let result = try await take.wait()
            #expect(result.exitCode == 2, "\(result.errors)")
            #expect(result.errors.contains("broke during the transfer"), "\(result.errors)")
            #expect(try stream.place.names == [])
        }
    }

    @Test func givesUpAServerThatStopsSending() async throws {
        try await withHalfAStream { stream in
            let result = try await stream.start(["--progress-timeout", "2s"]).wait()
            #expect(result.exitCode == 2, "\(result.errors)")
            #expect(result.errors.contains("no more data came for 2 s"), "\(result.errors)")
            #expect(try stream.place.names == [])
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func leavesNothingWhenItIsInterrupted(signal: Int32) async throws {
        try await withMidStream { take, stream in
            take.send(signal)
            let result = try await take.wait()
            #expect(result.exitCode == 5, "\(result.errors)")
            #expect(result.errors.contains("interrupted"), "\(result.errors)")
            #expect(try stream.place.names == [])
        }
    }

    @Test func removesWhatAKilledRunLeftBehind() async throws {
        try await withMidStream { take, stream in
            take.kill()
            #expect(try stream.place.names.count == 1)
            let result = try await stream.place.take("taken.db", ["--endpoints", stream.etcd.endpoint])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try stream.place.names == ["taken.db"])
        }
    }
}

/// A real etcd that holds 8 MB, of whose snapshot a client gets the first half, and then nothing.
private struct HalfAStream {
    var etcd: RealEtcd
    var proxy: HaltingProxy
    var place: TakePlace

    func start(_ arguments: [String] = []) throws -> RunningProgram {
        try RegistreeProgram.located().start(
            ["take", self.place.path("taken.db"), "--endpoints", self.proxy.endpoint] + arguments
        )
    }

    /// The size of the unfinished file, in bytes; 0 when there is none.
    var takenByteCount: Int {
        get throws {
            guard let name = try self.place.names.first(where: { $0.hasPrefix(".") }) else { return 0 }
            let attributes = try? FileManager.default.attributesOfItem(atPath: self.place.path(name))
            return attributes?[.size] as? Int ?? 0
        }
    }
}

private func withHalfAStream(_ body: (HalfAStream) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
            let value = String(repeating: "0123456789abcdef", count: 1 << 16)
            for number in 0..<8 { try await etcd.etcdctl("put", "/large/\(number)", input: value) }
            try await withPlace { place in
                let proxy = try HaltingProxy(to: etcd.endpoint, passing: 4 << 20)
                defer { proxy.close() }
                try await body(HalfAStream(etcd: etcd, proxy: proxy, place: place))
            }
        }
    }
}

/// Runs `body` while `registree take` has a part of a snapshot, and waits for the rest.
private func withMidStream(_ body: (RunningProgram, HalfAStream) async throws -> Void) async throws {
    try await withHalfAStream { stream in
        let take = try stream.start()
        try await eventually("a part of the snapshot has come") {
            if let ended = take.poll() { throw ProgramError("ended with \(ended.exitCode): \(ended.errors)") }
            return try stream.proxy.isHalted && stream.takenByteCount > 0
        }
        try await body(take, stream)
    }
}
