import Glibc
import SystemPackage
import TestSupport
import Testing

struct ProgramTests {
    let bash = Program("/bin/bash")

    @Test func capturesBothStreamsAndTheExitCode() async throws {
        let result = try await bash.run(["-c", "echo out; echo err >&2; exit 7"])
        #expect(result.exitCode == 7)
        #expect(result.signal == nil)
        #expect(result.lines == ["out"])
        #expect(result.errors == "err\n")
    }

    @Test func capturesMoreThanAPipeHolds() async throws {
        let result = try await bash.run(["-c", "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2"])
        #expect(result.standardOutput.count == 5_000_000)
        #expect(result.standardError.count == 5_000_000)
    }

    @Test func tellsASignalFromAnExitCode() async throws {
        let result = try await bash.run(["-c", "kill -SEGV $$"])
        #expect(result.signal == SIGSEGV)
        #expect(result.exitCode == 128 + SIGSEGV)
    }

    @Test func killsAProgramThatTakesTooLong() async throws {
        await #expect(throws: ProgramError.self) {
            try await bash.run(["-c", "echo started; exec sleep 60"], timeout: .milliseconds(200))
        }
    }

    @Test func deliversSignals() async throws {
        let script = "trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.01; done"
        let running = try bash.start(["-c", script])
        while running.standardOutput.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        running.send(SIGINT)
        let result = try await running.wait()
        #expect(result.exitCode == 5)
        #expect(result.lines == ["ready", "interrupted"])
    }

    @Test func passesOnTheGivenEnvironmentOnly() async throws {
        let result = try await Program("/usr/bin/env").run([], environment: ["ETCDCTL_USER": "root"])
        #expect(
            Set(result.lines.map { $0.prefix(while: { $0 != "=" }) })
                == ["PATH", "HOME", "LC_ALL", "TZ", "ETCDCTL_USER"]
        )
    }

    @Test func readsItsInputAndItsDirectory() async throws {
        try await withTemporaryDirectory { directory in
            _ = try await bash.succeed(["-c", "echo hello >input"], directory: directory)
            let result = try await bash.run(
                ["-c", "pwd; cat"],
                input: directory.appending("input"),
                directory: directory
            )
            #expect(result.lines == [directory.string, "hello"])
        }
    }

    @Test func saysWhenAProgramCannotBeStarted() {
        #expect(throws: ProgramError.self) { try Program("/nonexistent/program").start([]) }
    }

    /// Some at a time, so that one is written while another is started.
    @Test func runsProgramsThatHaveJustBeenWritten() async throws {
        try await withTemporaryDirectory { directory in
            try await withThrowingTaskGroup { group in
                for writer in 0..<4 {
                    group.addTask {
                        let path = directory.appending("program\(writer)")
                        for code in 0..<150 as Range<Int32> {
                            try WrittenProgram.write("#!/bin/sh\nexit \(code)\n", to: path)
                            let result = try await Program(path).start([]).wait()
                            #expect(result.exitCode == code)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func removesTemporaryDirectories() async throws {
        let directory = try await withTemporaryDirectory { directory in
            _ = try await bash.succeed(
                ["-c", "mkdir -p a/b; echo x >a/b/c; chmod 500 a"],
                directory: directory
            )
            return directory
        }
        #expect(try await bash.run(["-c", "test -e \(directory)"]).exitCode == 1)
    }
}
