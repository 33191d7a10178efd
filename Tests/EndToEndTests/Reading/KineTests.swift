import FakeEtcd
import TestSupport
import Testing

/// kine, the store of a single k3s server, which knows no range without an end.
struct KineTests {
    @Test func printsEveryKey() async throws {
        try await KineStore.serve { endpoint in
            let all = try await RegistreeProgram.run("keys", "--keys-only", "--endpoints", endpoint)
            #expect(all.exitCode == 0, "\(all.errors)")
            #expect(all.lines == KineStore.sortedKeys)
            let from = ["keys", "/registry/n", "--from-key", "--keys-only", "--endpoints", endpoint]
            let later = try await RegistreeProgram.run(from)
            #expect(later.lines == ["/registry/namespaces/default", "/registry/pods/default/p", "registry"])
            let one = try await RegistreeProgram.run("keys", "/bootstrap/aa11", "--endpoints", endpoint)
            #expect(one.lines == ["/bootstrap/aa11", "value of /bootstrap/aa11"])
            let none = try await RegistreeProgram.run("keys", "~", "--from-key", "--endpoints", endpoint)
            #expect(none.exitCode == 0, "\(none.errors)")
            #expect(none.output == "")
        }
    }

    /// Before June 2026 only what lies below a root could be asked for.
    @Test func printsEveryKeyBelowARootOfAnOlderOne() async throws {
        try await KineStore.serve(.prefix) { endpoint in
            let all = try await RegistreeProgram.run("keys", "--keys-only", "--endpoints", endpoint)
            #expect(all.exitCode == 0, "\(all.errors)")
            #expect(all.lines == KineStore.sortedKeys.filter { $0.hasPrefix("/") })
        }
    }

    @Test(arguments: FakeKine.Comparison.allCases)
    func showsItsObjects(comparison: FakeKine.Comparison) async throws {
        try await KineStore.serve(comparison) { endpoint in
            func run(_ command: String...) async throws -> ProgramResult {
                let result = try await RegistreeProgram.run(command + ["--endpoints", endpoint])
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
                return result
            }
            let list = try await run("list", "-o", "json")
            #expect(list.output.contains("configmaps"))
            #expect(list.output.contains("300"))
            #expect(try await run("tree", "--depth", "4", "-n", "default").output.contains("pods"))
            let resources = try await run("api-resources", "-o", "name")
            #expect(resources.lines.contains("configmaps"))
            #expect(resources.lines.contains("pods"))
            let pods = try await run("get", "pods", "-o", "name")
            #expect(pods.lines == ["pod/p"])
            let maps = try await run("get", "cm", "-A", "-o", "name")
            #expect(maps.lines.count == 301)
            let below = try await run("keys", "--keys-only", "--etcd-prefix", "/registry")
            #expect(below.lines == KineStore.sortedKeys.filter { $0.hasPrefix("/registry/") })
        }
    }

    @Test func saysWhatItDoesNotKnow() async throws {
        try await KineStore.serve { endpoint in
            let result = try await RegistreeProgram.run(
                ["keys", "--consistency", "s", "--endpoints", endpoint]
            )
            expectFailure(result, 1, "serializable is not implemented by kine")
        }
    }
}
