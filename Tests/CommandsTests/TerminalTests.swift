import Foundation
import SystemPackage
import TestSupport
import Testing

/// Colours, pages and widths: what a person at a terminal sees, and a program behind a pipe does not.
struct TerminalTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string
    private static let hostile = Repository.fixture("cases/many-roots-and-broken-objects.db").string

    private static let commands =
        [
            ["tree"], ["get", "pods", "-A"], ["get", "namespaces", "-o", "yaml"],
            ["get", "ns", "default", "-o", "yaml"],
        ].map { $0 + ["-f", cluster] } + [["verify", cluster], ["status", cluster, "--check"]]

    private func withoutColors(_ text: String) -> String {
        text.replacing(#/\x{1B}\[[0-9]+m/#, with: "")
    }

    @Test(arguments: commands)
    func colorsForAPersonOnly(arguments: [String]) async throws {
        let piped = try await RegistreeProgram.run(arguments, environment: colorTerminal)
        #expect(piped.exitCode == 0)
        #expect(!piped.output.contains("\u{1B}"))
        let shown = try await runOnATerminal(arguments, environment: colorTerminal)
        #expect(shown.exitCode == 0)
        #expect(shown.output.contains("\u{1B}[3") || shown.output.contains("\u{1B}[1m"))
        // Colours take no columns: without them, each line is what a pipe gets.
        #expect(self.withoutColors(shown.output) == piped.output)
        let always = try await RegistreeProgram.run(
            arguments + ["--color", "always"],
            environment: ["NO_COLOR": "1", "TERM": "dumb"]
        )
        #expect(always.output == shown.output)
    }

    private static let plain: [([String: String], [String])] = [
        (["NO_COLOR": "1"], []), (["TERM": "dumb"], []), (["TERM": ""], []), ([:], ["--color", "never"]),
    ]

    @Test(arguments: plain)
    func colorsNothingWhenToldSo(variables: [String: String], flags: [String]) async throws {
        let environment = colorTerminal.merging(variables) { _, own in own }
        let arguments = ["tree", "-f", Self.cluster] + flags
        let shown = try await runOnATerminal(arguments, environment: environment)
        #expect(shown.output.hasPrefix("/registry  ("))
        #expect(!shown.output.contains("\u{1B}"))
    }

    @Test func takesAnEmptyNO_COLORForNone() async throws {
        let environment = colorTerminal.merging(["NO_COLOR": ""]) { _, own in own }
        let shown = try await runOnATerminal(["tree", "-f", Self.cluster], environment: environment)
        #expect(shown.output.hasPrefix("\u{1B}[1m/registry\u{1B}[0m"))
    }

    @Test(arguments: [
        ["-o", "json"], ["-o", "jsonl"], ["-o", "jsonpath={.items[*].metadata.name}"], ["-o", "name"],
    ])
    func leavesWhatProgramsReadWithoutColours(format: [String]) async throws {
        let arguments = ["get", "namespaces", "-f", Self.cluster] + format
        let piped = try await RegistreeProgram.run(arguments)
        let always = try await RegistreeProgram.run(arguments + ["--color", "always"])
        #expect(always.output == piped.output)
    }

    /// Names and values of the fixture hold escapes, and whoever asks for colours in a pipe shows them on a screen.
    @Test(arguments: [
        ["tree", "--depth", "4"], ["get", "*", "-A"], ["get", "*", "-A", "-o", "yaml"],
        ["get", "*", "-A", "-o", "etcd"],
        ["get", "*", "-A", "-o", "jsonpath={.items[*].metadata}"],
        ["get", "*", "-A", "-o", "custom-columns=N:.metadata"],
        ["helm", "list"],
    ])
    func obeysNoEscapeOfAnObject(words: [String]) async throws {
        let arguments = words + ["-f", Self.hostile, "--color", "always"]
        let result = try await RegistreeProgram.run(arguments)
        let text = self.withoutColors(result.output)
        #expect(
            text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) || $0 == "\n" || $0 == "\t"
            }
        )
        if words.first == "tree" { #expect(text.contains("\\u{1b}")) }
    }

    @Test func obeysNoEscapeOfAValueInDecode() async throws {
        let stored = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"<>":"<>\n<>"}}"#
            .replacing("<>", with: "\u{9B}31m\u{202E}\\u001b[2J: b")
        try await withTemporaryDirectory { directory in
            let file = directory.appending("input")
            try Data(stored.utf8).write(to: URL(filePath: file.string))
            let result = try await RegistreeProgram.run("decode", "--color", "always", input: file)
            #expect(result.exitCode == 0)
            #expect(result.output.contains("\u{1B}[36mkind\u{1B}[0m: ConfigMap\n"))
            let text = self.withoutColors(result.output)
            #expect(
                text.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) || $0 == "\n"
                }
            )
            #expect(!text.contains("\u{202E}"))
        }
    }

    @Test func opensTheTreeOfANamespaceToItsObjects() async throws {
        func tree(_ words: String...) async throws -> String {
            try await RegistreeProgram.run(["tree", "-f", Self.cluster] + words).output
        }
        let one = try await tree("-n", "default")
        #expect(one.contains("        │   ├── kube-root-ca.crt  (1.2 kB)\n"))
        #expect(try await tree("-n", "default", "--depth", "4") == one)
        #expect(try await !tree("-n", "default", "--depth", "3").contains("kube-root-ca.crt"))
        let all = try await tree()
        #expect(try await tree("--depth", "3") == all)
        #expect(try await tree("-n", "default", "-A") == all)
    }

    @Test(arguments: [
        ["get", "pods", "-A"], ["get", "pods", "-A", "-o", "etcd"], ["list"], ["api-resources"],
        ["get", "pods", "-A", "-o", "custom-columns=NAME:.metadata.name,UID:.metadata.uid"],
        ["helm", "list"],
    ])
    func cutsTablesOnlyWhenAsked(words: [String]) async throws {
        let arguments = words + ["-f", Self.cluster]
        let narrow = ["COLUMNS": "20"]
        let whole = try await RegistreeProgram.run(arguments)
        #expect(try await RegistreeProgram.run(arguments, environment: narrow).output == whole.output)
        #expect(try await RegistreeProgram.run(arguments + ["--fit"]).output == whole.output)
        let fitted = try await RegistreeProgram.run(arguments + ["--fit"], environment: narrow)
        #expect(fitted.lines.count == whole.lines.count)
        for (line, long) in zip(fitted.lines, whole.lines) {
            #expect(line.count <= 20)
            let kept = line.hasSuffix("…") ? line.dropLast() : line[...]
            #expect(long.hasPrefix(kept))
        }
        #expect(fitted.output.contains("…"))
    }

    @Test func cutsNoWholeObject() async throws {
        let arguments = ["get", "namespaces", "-o", "yaml", "-f", Self.cluster]
        let whole = try await RegistreeProgram.run(arguments)
        let fitted = try await RegistreeProgram.run(arguments + ["--fit"], environment: ["COLUMNS": "10"])
        #expect(fitted.output == whole.output)
    }
}
