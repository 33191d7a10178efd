import Foundation
import SystemPackage
import TestSupport
import Testing

/// Long output through `$PAGER`, when it is asked for.
struct PagerTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    private func variables(_ pager: String) -> [String: String] {
        colorTerminal.merging(["PAGER": pager]) { $1 }
    }

    @Test(arguments: [
        ["list"], ["tree"], ["get", "pods", "-A"], ["describe", "ns/default"], ["keys", "--keys-only"],
        ["api-resources"], ["helm", "list"],
    ])
    func goesThroughThePagerOnATerminalOnly(words: [String]) async throws {
        let arguments = words + ["-f", Self.cluster]
        let environment = self.variables("sed 's/^/> /'")
        let whole = try await runOnATerminal(arguments, environment: environment)
        let paged = try await runOnATerminal(arguments + ["--pager"], environment: environment)
        let lines = whole.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(paged.output == lines.map { "> \($0)\n" }.joined())
        #expect(paged.exitCode == 0)
        let piped = try await RegistreeProgram.run(arguments)
        let asked = try await RegistreeProgram.run(arguments + ["--pager"], environment: environment)
        #expect(asked.output == piped.output)
    }

    @Test func saysWhatThereIsToSayBehindThePages() async throws {
        let paged = try await runOnATerminal(
            ["get", "ns/default", "ns/none", "--pager", "-f", Self.cluster],
            environment: self.variables("sed 's/^/> /'; echo end")
        )
        #expect(paged.exitCode == 1)
        let lines = paged.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("> NAME") == true)
        #expect(lines.suffix(2).first == "end")
        #expect(lines.last?.hasPrefix("Error: ") == true)
        #expect(lines.last?.contains("\"none\" not found") == true)
    }

    @Test func endsQuietlyWhenThePagerIsLeft() async throws {
        let arguments = ["get", "*", "-A", "-o", "yaml", "--pager", "-f", Self.cluster]
        let paged = try await runOnATerminal(arguments, environment: self.variables("head -n 1"))
        #expect(paged.output == "\u{1B}[36mapiVersion\u{1B}[0m: v1\n")
        #expect(paged.exitCode == 0)
    }

    @Test(arguments: ["", "cat"])
    func takesNoPagerForNone(pager: String) async throws {
        let arguments = ["list", "-f", Self.cluster]
        let whole = try await RegistreeProgram.run(arguments)
        let paged = try await runOnATerminal(arguments + ["--pager"], environment: self.variables(pager))
        #expect(paged.output == whole.output)
    }

    @Test func saysThatThePagerIsMissing() async throws {
        let arguments = ["list", "--pager", "-f", Self.cluster]
        let paged = try await runOnATerminal(arguments, environment: self.variables("no-such-pager-here"))
        #expect(paged.exitCode == 6)
        #expect(paged.output.contains("Error: the pager cannot be started: no-such-pager-here\n"))
        #expect(paged.output.contains("leave out --pager"))
    }
}
