import Foundation
import SystemPackage
import TestSupport
import Testing

/// What can go wrong on this machine or at the server while a snapshot is taken from a real etcd.
struct TakeTroubleTests {
    @Test func saysBeforehandThatTheDiskHasNoRoom() async throws {
        guard getuid() == 0 else { return }
        try await withFilledEtcd { etcd, place in
            let mount = try RealPrograms.named("mount")
            let arguments = ["-t", "tmpfs", "-o", "size=16k", "tmpfs", place.directory.string]
            guard try await mount.run(arguments).exitCode == 0 else { return }
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            let names = try place.names
            _ = try await RealPrograms.named("umount").succeed([place.directory.string])
            expectFailure(result, 6, "bytes, the file system has")
            #expect(names == [])
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
        try await withMidStream { take, etcd, place in
            etcd.kill(etcd.plan.members[0])
            let result = try await take.wait()
            #expect(result.exitCode == 2, "\(result.errors)")
            #expect(result.errors.contains("broke in mid-stream"), "\(result.errors)")
            #expect(try place.names == [])
        }
    }

    @Test func givesUpAServerThatStopsSending() async throws {
        try await withMidStream(["--progress-timeout", "500ms"]) { take, etcd, place in
            let result = try await take.wait(timeout: .seconds(20))
            etcd.thaw(etcd.plan.members[0])
            #expect(result.exitCode == 2, "\(result.errors)")
            #expect(result.errors.contains("nothing more came for 500 ms"), "\(result.errors)")
            #expect(try place.names == [])
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func leavesNothingWhenItIsInterrupted(signal: Int32) async throws {
        try await withMidStream { take, etcd, place in
            take.send(signal)
            let result = try await take.wait(timeout: .seconds(20))
            etcd.thaw(etcd.plan.members[0])
            #expect(result.exitCode == 5, "\(result.errors)")
            #expect(result.errors.contains("interrupted"), "\(result.errors)")
            #expect(try place.names == [])
        }
    }

    @Test func removesWhatAKilledRunLeftBehind() async throws {
        try await withMidStream { take, etcd, place in
            take.kill()
            etcd.thaw(etcd.plan.members[0])
            #expect(try place.names.count == 1)
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try place.names == ["taken.db"])
        }
    }
}

/// Runs `body` while a snapshot of some 40 MB is on its way and its server stands still.
private func withMidStream(
    _ arguments: [String] = [],
    _ body: (RunningProgram, RealEtcd, TakePlace) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
            let value = String(repeating: "0123456789abcdef", count: 1 << 16)
            for number in 0..<40 { try await etcd.etcdctl("put", "/large/\(number)", input: value) }
            try await withPlace { place in
                let words = ["take", place.path("taken.db"), "--endpoints", etcd.endpoint] + arguments
                let take = try RegistreeProgram.located().start(words)
                try await untilBegun(take, place)
                etcd.freeze(etcd.plan.members[0])
                try #require(take.poll() == nil, "it was over before the server could be stopped")
                try await body(take, etcd, place)
            }
        }
    }
}

/// Waits until the first mebibyte is in the unfinished file.
private func untilBegun(_ take: RunningProgram, _ place: TakePlace) async throws {
    for _ in 0..<20_000 {
        if let name = try place.names.first(where: { $0.hasPrefix(".") }) {
            let size = try? FileManager.default.attributesOfItem(atPath: place.path(name))[.size] as? Int
            if let size, size > 0 { return }
        }
        if let ended = take.poll() { throw ProgramError("ended with \(ended.exitCode): \(ended.errors)") }
        try await Task.sleep(for: .milliseconds(1))
    }
    throw ProgramError("nothing came")
}
