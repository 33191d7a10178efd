import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// The flags of `registree serve etcd`, and of commands that need a live etcd, on an etcd that it serves.
struct ServeFlagTests {
    private static let users = Repository.fixture("plain-etcd/auth-and-leases.db").string

    @Test func refusesARequestThatIsTooLarge() async throws {
        try await withServed(["--max-request-bytes", "2048"]) { endpoint, _ in
            let small = try await RegistreeProgram.run(
                "put",
                "a",
                String(repeating: "x", count: 1024),
                "--endpoints",
                endpoint
            )
            #expect(small.exitCode == 0, "\(small.errors)")
            let large = try await RegistreeProgram.run(
                "put",
                "a",
                String(repeating: "x", count: 8192),
                "--endpoints",
                endpoint
            )
            #expect(large.exitCode == 1)
        }
    }

    @Test func takesNoMoreThanItsQuota() async throws {
        try await withServed(["--quota-backend-bytes", "4096"]) { endpoint, _ in
            let small = try await RegistreeProgram.run("put", "a", "b", "--endpoints", endpoint)
            #expect(small.exitCode == 0, "\(small.errors)")
            let value = String(repeating: "x", count: 8192)
            let large = try await RegistreeProgram.run("put", "a", value, "--endpoints", endpoint)
            #expect(large.exitCode == 1)
            #expect(large.errors.contains("space quota is used up"))
            let again = try await RegistreeProgram.run("put", "a", "b", "--endpoints", endpoint)
            #expect(again.errors.contains("space quota is used up"))
        }
    }

    @Test func answersMetricsWhereItIsTold() async throws {
        let metrics = "http://127.0.0.1:\(Ports.free())"
        try await withServed(["--listen-metrics-urls", metrics]) { _, _ in
            let answer = try await RealPrograms.named("curl").succeed(["-s", "\(metrics)/health"])
            #expect(answer.output.contains("\"health\":\"true\""))
        }
    }

    @Test func listensInPlainTextForOthersOnlyWhenToldTo() async throws {
        let address = "http://0.0.0.0:\(Ports.free())"
        let refused = try await RegistreeProgram.run("serve", "etcd", "--listen-client-urls", address)
        #expect(refused.exitCode != 0)
        #expect(refused.errors.contains("--insecure-listen"))
        try await withServed(["--insecure-listen"], host: "0.0.0.0") { endpoint, _ in
            let put = try await RegistreeProgram.run("put", "a", "b", "--endpoints", endpoint)
            #expect(put.exitCode == 0, "\(put.errors)")
        }
    }

    @Test func asksForNoUserWhenToldSo() async throws {
        try await withServed(["--file", Self.users]) { endpoint, _ in
            let refused = try await RegistreeProgram.run("keys", "--endpoints", endpoint)
            #expect(refused.exitCode == 1)
        }
        try await withServed(["--file", Self.users, "--ignore-auth"]) { endpoint, _ in
            let keys = try await RegistreeProgram.run("keys", "--keys-only", "--endpoints", endpoint)
            let truth = try await RegistreeProgram.run("keys", "--keys-only", "-f", Self.users)
            #expect(keys.exitCode == 0, "\(keys.errors)")
            #expect(!keys.lines.isEmpty)
            #expect(keys.output == truth.output)
        }
    }

    @Test func logsFromTheGivenLevelOn() async throws {
        let noisy = try await withServed(["--log-level", "info"]) { _, _ in }
        #expect(noisy.contains("serving"))
        let quiet = try await withServed(["--log-level", "error"]) { _, _ in }
        #expect(quiet.isEmpty)
    }

    @Test(arguments: [
        ["--max-connections", "8"], ["--max-concurrent-streams", "8"], ["--max-call-bytes", "33554432"],
        ["--watch-progress-notify-interval", "100ms"],
        ["--experimental-watch-progress-notify-interval", "1m"], ["--quota-backend-bytes", "-1"],
        ["--quota-backend-bytes", "0"],
    ])
    func servesWithinALimit(flags: [String]) async throws {
        try await withServed(flags) { endpoint, _ in
            let put = try await RegistreeProgram.run("put", "a", "b", "--endpoints", endpoint)
            #expect(put.exitCode == 0, "\(put.errors)")
        }
    }

    @Test(arguments: [
        ["--max-connections", "0"], ["--max-concurrent-streams", "0"], ["--max-call-bytes", "1"],
        ["--max-request-bytes", "1"], ["--watch-progress-notify-interval", "1ms"],
        ["--experimental-watch-progress-notify-interval", "1ms"], ["--log-level", "loud"],
    ])
    func refusesALimitThatIsNone(flags: [String]) async throws {
        let result = try await RegistreeProgram.run(["serve", "etcd"] + flags)
        #expect(result.exitCode == 3)
        #expect(!result.errors.isEmpty)
    }

    @Test func printsTheChartsOwnValues() async throws {
        let path = Repository.fixture("helm/releases.json").string
        let cases = try Document(json: Array(Data(contentsOf: URL(filePath: path)))).root.elements
        let one = try #require(cases.first { $0["release", "version"]?.integer == 2 })
        let object = try #require(one["object"])
        let defaults = try #require(one["release", "chart", "values"])
        try await withTemporaryDirectory { directory in
            let file = directory.appending("object")
            var writer = JSONWriter()
            writer.write(object)
            try Data(writer.bytes).write(to: URL(filePath: file.string))
            let stored = try await RegistreeProgram.run("encode", input: file)
            try Data(stored.standardOutput).write(to: URL(filePath: file.string))
            try await withServed([]) { endpoint, _ in
                let key = "/registry/secrets/web/sh.helm.release.v1.shop.v2"
                let put = try await RegistreeProgram.run("put", key, "--endpoints", endpoint, input: file)
                #expect(put.exitCode == 0, "\(put.errors)")
                let shown = try await RegistreeProgram.run(
                    "helm",
                    "values",
                    "shop",
                    "--defaults",
                    "-o",
                    "json",
                    "--endpoints",
                    endpoint
                )
                var truth = JSONWriter(indentation: 4)
                truth.write(defaults)
                #expect(shown.output == String(decoding: truth.bytes, as: UTF8.self) + "\n")
            }
        }
    }
}

/// Serves an etcd for as long as `body` runs.
///
/// - Returns: What it logged.
@discardableResult
private func withServed(
    _ arguments: [String],
    host: String = "127.0.0.1",
    _ body: (_ endpoint: String, _ program: RunningProgram) async throws -> Void
) async throws -> String {
    let port = Ports.free()
    let program = try RegistreeProgram.located().start(
        ["serve", "etcd", "--listen-client-urls", "http://\(host):\(port)"] + arguments
    )
    let endpoint = "http://127.0.0.1:\(port)"
    let curl = try RealPrograms.named("curl")
    let deadline = ContinuousClock.now + .seconds(120)
    while try await curl.run(["-s", "\(endpoint)/health"]).exitCode != 0 {
        if let ended = program.poll() { throw ProgramError("it ended: \(ended.errors)") }
        guard ContinuousClock.now < deadline else { throw ProgramError("it does not serve") }
        try await Task.sleep(for: .milliseconds(20))
    }
    try await body(endpoint, program)
    program.send(15)
    return try await program.wait().errors
}
