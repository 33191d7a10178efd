import Foundation
import SystemPackage
import TestSupport
import Testing

private let cluster = Repository.fixture("cluster-1.36/with-history.db").string

/// A shell that completes words, with a directory of its own for what is kept.
private struct Shell {
    var cache: FilePath

    var keptFiles: [FilePath] {
        let directory = self.cache.appending("registree")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.filter { $0.hasPrefix("names-") }.map { directory.appending($0) }
    }

    /// Asks as the completion scripts do, for the last of `words`; `argument` is `positional@N` or a flag.
    func complete(
        _ command: [String],
        _ argument: String,
        _ words: [String],
        from source: String = cluster,
        shell: String = "bash"
    ) async throws -> [String] {
        let line = ["registree"] + command + words
        let position = ["\(line.count - 1)", "\(line.last?.count ?? 0)"]
        let result = try await RegistreeProgram.located().succeed(
            ["---completion"] + command + ["--", argument] + position + line,
            environment: [
                "REGISTREE_FROM": source, "XDG_CACHE_HOME": self.cache.string, "SAP_SHELL": shell,
            ]
        )
        #expect(result.errors.isEmpty)
        return result.lines.filter { !$0.isEmpty }
    }

    /// Asks for the first resource or name of `get`.
    func completeGet(_ words: String..., from source: String = cluster) async throws -> [String] {
        try await self.complete(["get"], "positional@0", words, from: source)
    }
}

private func mode(_ path: FilePath) throws -> UInt32 {
    try Stat(path).permissions.rawValue
}

private func withShell(_ body: (Shell) async throws -> Void) async throws {
    try await withTemporaryDirectory { try await body(Shell(cache: $0)) }
}

/// The names that a shell is given to complete a word of a command.
struct CompletionTests {
    @Test func completesResources() async throws {
        try await withShell { shell in
            let all = try await shell.completeGet("")
            #expect(all.contains("pods"))
            #expect(all.contains("galaxies.acme.example.com"))
            #expect(try await shell.completeGet("deploy") == ["deployments.apps"])
            #expect(try await shell.completeGet("pods,deploy") == ["pods,deployments.apps"])
        }
    }

    /// zsh takes what follows a colon for a description.
    @Test func completesNamesWithColonsInEveryShell() async throws {
        try await withShell { shell in
            let shown = ["bash": "system:node", "fish": "system:node", "zsh": "system\\:node"]
            for (program, name) in shown {
                let words = ["clusterroles", "system:nod"]
                let names = try await shell.complete(["get"], "positional@0", words, shell: program)
                #expect(names.contains(name), "\(program): \(names)")
            }
        }
    }

    @Test(arguments: ["deployments.apps", "deployments", "deploy", "Deployment"])
    func completesNamesOfObjectsByAnyNameOfTheirResource(resource: String) async throws {
        try await withShell { shell in
            let names = try await shell.completeGet("-n", "monitoring", resource, "")
            #expect(names == ["api", "web"])
            let words = ["-n", "monitoring", "\(resource)/w"]
            let typed = try await shell.complete(["describe"], "positional@0", words)
            #expect(typed == ["\(resource)/web"])
        }
    }

    @Test func readsTheFileOfTheLineBeforeTheOneOfTheEnvironment() async throws {
        try await withShell { shell in
            let words = ["-f", "'\(cluster)'", "-n", "monitoring", "deploy", ""]
            let names = try await shell.complete(["get"], "positional@0", words, from: "/nonexistent")
            #expect(names == ["api", "web"])
        }
    }

    /// A change of kine's file may be in its log alone, which leaves the file itself as it was.
    @Test func completesNamesOfKinesFileAndKeepsThemWhileItHasNoLog() async throws {
        let pods: [KineFile.Step] = ["a", "b"].map { name in
            let metadata = #"{"name":"\#(name)","namespace":"default"}"#
            return .put(
                "/registry/pods/default/\(name)",
                #"{"apiVersion":"v1","kind":"Pod","metadata":\#(metadata)}"#
            )
        }
        for ending in [KineFile.Ending.closed, .log] {
            try await withShell { shell in
                let path = shell.cache.appending("state.db")
                let file = try await KineFile.make(at: path, pods, ending: ending).path.string
                #expect(try await shell.completeGet("pods", "", from: file) == ["a", "b"])
                #expect(shell.keptFiles.count == (ending == .closed ? 1 : 0))
            }
        }
    }

    @Test func completesNamespaces() async throws {
        try await withShell { shell in
            #expect(try await shell.complete(["list"], "-n", ["-n", "mon"]) == ["monitoring"])
            let all = try await shell.complete(["get"], "--namespace", ["pods", "--namespace", ""])
            let objects = try await RegistreeProgram.run("get", "ns", "-o", "name", "-f", cluster)
            #expect(all == objects.lines.map { $0.replacing("namespace/", with: "") }.sorted())
        }
    }

    @Test func completesReleasesOfHelm() async throws {
        try await withShell { shell in
            #expect(try await shell.complete(["helm", "values"], "positional@0", [""]) == ["shop-chart"])
            let words = ["-n", "shop", "sh"]
            #expect(try await shell.complete(["helm", "history"], "positional@0", words) == ["shop-chart"])
            let none = try await shell.complete(["helm", "manifest"], "positional@0", ["-n", "default", ""])
            #expect(none == [])
        }
    }

    @Test(arguments: ["live", "/nonexistent", "/dev/null"])
    func hasNothingForWhatIsNotASnapshot(source: String) async throws {
        try await withShell { shell in
            let names = try await shell.completeGet("", from: source)
            #expect(names == [])
            #expect(shell.keptFiles == [])
        }
    }

    @Test func keepsNamesForThisUserAlone() async throws {
        try await withShell { shell in
            _ = try await shell.completeGet("")
            let file = try #require(shell.keptFiles.first)
            #expect(try mode(file) == 0o600)
            #expect(try mode(file.removingLastComponent()) == 0o700)
            let text = try String(contentsOfFile: file.string, encoding: .utf8)
            #expect(text.hasPrefix("registree names 1\n"))
            #expect(text.split(separator: "\n").contains("monitoring"))
            // A value would bring what no name has.
            #expect(!text.contains("\""))
            #expect(!text.contains("k8s\0"))
        }
    }

    @Test func answersFromWhatItKeptUntilTheSourceChanges() async throws {
        try await withShell { shell in
            let source = shell.cache.appending("copy.db").string
            try FileManager.default.copyItem(atPath: cluster, toPath: source)
            _ = try await shell.completeGet("", from: source)
            let file = try #require(shell.keptFiles.first)
            try Data("registree names 1\nplanted\t\t\t2\na\n".utf8).write(to: URL(filePath: file.string))
            #expect(try await shell.completeGet("", from: source) == ["planted"])
            // Others could have put names there.
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.string)
            #expect(try await shell.completeGet("", from: source).contains("pods"))
            #expect(try mode(file) == 0o600)
            // Its mode is a change, although its content and the time of that stay.
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: source)
            _ = try await shell.completeGet("", from: source)
            #expect(shell.keptFiles.count == 2)
        }
    }

    @Test(arguments: [
        "registree names 1\npods\t\t\t99999999999\na\n", "registree names 1\npods\t\t\t-1\na\n",
        "registree names 1\npods\n", "registree names 1\n\t\t\t\n", "registree names 2\npods\t\t\t0\n", "",
    ])
    func readsAnewWhenKeptNamesAreDamaged(text: String) async throws {
        try await withShell { shell in
            _ = try await shell.completeGet("")
            let file = try #require(shell.keptFiles.first)
            try Data(text.utf8).write(to: URL(filePath: file.string))
            #expect(try await shell.completeGet("deploy") == ["deployments.apps"])
        }
    }
}
