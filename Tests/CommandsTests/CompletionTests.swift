import Foundation
import SystemPackage
import TestSupport
import Testing

/// The names that a shell is given to complete a word of a command.
struct CompletionTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    private let cache: TemporaryDirectory

    init() throws {
        self.cache = try TemporaryDirectory()
    }

    private var keptFiles: [FilePath] {
        let directory = self.cache.path.appending("registree")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.filter { $0.hasPrefix("names-") }.map { directory.appending($0) }
    }

    /// Asks as the completion scripts do, for the last of `words`; `argument` is `positional@N` or a flag.
    private func completions(
        _ command: [String],
        _ argument: String,
        _ words: [String],
        from source: String = Self.cluster
    ) async throws -> [String] {
        let line = ["registree"] + command + words
        let result = try await RegistreeProgram.located().succeed(
            ["---completion"] + command + ["--", argument, "\(line.count - 1)", "\(line.last?.count ?? 0)"]
                + line,
            environment: ["REGISTREE_FROM": source, "XDG_CACHE_HOME": self.cache.path.string]
        )
        #expect(result.errors.isEmpty)
        return result.lines.filter { !$0.isEmpty }
    }

    @Test func completesResources() async throws {
        let all = try await self.completions(["get"], "positional@0", [""])
        #expect(all.contains("pods"))
        #expect(all.contains("deployments.apps"))
        #expect(all.contains("galaxies.acme.example.com"))
        #expect(try await self.completions(["get"], "positional@0", ["dep"]) == ["deployments.apps"])
        #expect(
            try await self.completions(["get"], "positional@0", ["pods,dep"]) == ["pods,deployments.apps"]
        )
    }

    @Test(arguments: ["deployments.apps", "deployments", "deploy", "Deployment"])
    func completesNamesOfObjectsByAnyNameOfTheirResource(resource: String) async throws {
        let words = ["-n", "monitoring", resource, ""]
        #expect(try await self.completions(["get"], "positional@0", words) == ["api", "web"])
        let slash = ["-n", "monitoring", "\(resource)/w"]
        #expect(try await self.completions(["describe"], "positional@0", slash) == ["\(resource)/web"])
    }

    @Test func readsTheFileOfTheLineBeforeTheOneOfTheEnvironment() async throws {
        let words = ["-f", "'\(Self.cluster)'", "-n", "monitoring", "deploy", ""]
        let names = try await self.completions(["get"], "positional@0", words, from: "/nonexistent")
        #expect(names == ["api", "web"])
    }

    @Test func completesNamespaces() async throws {
        #expect(try await self.completions(["list"], "-n", ["-n", "mon"]) == ["monitoring"])
        let all = try await self.completions(["get"], "--namespace", ["pods", "--namespace", ""])
        let objects = try await RegistreeProgram.run("get", "ns", "-o", "name", "-f", Self.cluster)
        #expect(all == objects.lines.map { $0.replacing("namespace/", with: "") }.sorted())
    }

    @Test func completesReleasesOfHelm() async throws {
        #expect(try await self.completions(["helm", "values"], "positional@0", [""]) == ["shop-chart"])
        #expect(
            try await self.completions(["helm", "history"], "positional@0", ["-n", "shop", "sh"]) == [
                "shop-chart"
            ]
        )
        #expect(
            try await self.completions(["helm", "manifest"], "positional@0", ["-n", "default", ""]) == []
        )
    }

    @Test(arguments: ["live", "/nonexistent", "/dev/null"])
    func hasNothingForWhatIsNotASnapshot(source: String) async throws {
        #expect(try await self.completions(["get"], "positional@0", [""], from: source) == [])
        #expect(self.keptFiles == [])
    }

    @Test func keepsNamesForThisUserAlone() async throws {
        _ = try await self.completions(["get"], "positional@0", [""])
        let file = try #require(self.keptFiles.first)
        #expect(try Stat(file).permissions.rawValue == 0o600)
        #expect(try Stat(file.removingLastComponent()).permissions.rawValue == 0o700)
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        #expect(text.hasPrefix("registree names 1\n"))
        #expect(text.split(separator: "\n").contains("monitoring"))
        // A value would bring what no name has.
        #expect(!text.contains("\""))
        #expect(!text.contains(" k8s"))
    }

    @Test func answersFromWhatItKeptUntilTheSourceChanges() async throws {
        let directory = try TemporaryDirectory()
        let source = directory.path.appending("copy.db")
        try FileManager.default.copyItem(atPath: Self.cluster, toPath: source.string)
        _ = try await self.completions(["get"], "positional@0", [""], from: source.string)
        let file = try #require(self.keptFiles.first)
        try Data("registree names 1\nplanted\t\t\t2\na\n".utf8).write(to: URL(filePath: file.string))
        #expect(
            try await self.completions(["get"], "positional@0", [""], from: source.string) == ["planted"]
        )
        // Others could have put names there.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.string)
        let anew = try await self.completions(["get"], "positional@0", [""], from: source.string)
        #expect(anew.contains("pods"))
        #expect(try Stat(file).permissions.rawValue == 0o600)
        // Its mode is a change, although its content and the time of that stay.
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: source.string)
        _ = try await self.completions(["get"], "positional@0", [""], from: source.string)
        #expect(self.keptFiles.count == 2)
    }

    @Test(arguments: [
        "registree names 1\npods\t\t\t99999999999\na\n", "registree names 1\npods\t\t\t-1\na\n",
        "registree names 1\npods\n", "registree names 1\n\t\t\t\n", "registree names 2\npods\t\t\t0\n", "",
    ])
    func survivesKeptNamesThatAreDamaged(text: String) async throws {
        _ = try await self.completions(["get"], "positional@0", [""])
        let file = try #require(self.keptFiles.first)
        try Data(text.utf8).write(to: URL(filePath: file.string))
        _ = try await self.completions(["get"], "positional@0", [""])
    }
}
