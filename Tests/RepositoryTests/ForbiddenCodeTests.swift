import Testing

struct ForbiddenCodeTests {
    @Test func sourcesThrowInsteadOfTrappingAndOnlyFrontsTalk() async throws {
        let files = try await Checkout.files(below: "Sources", endingIn: ".swift")
        for finding in files.filter({ !$0.isGenerated }).flatMap(forbiddenCode) { Issue.record("\(finding)") }
    }

    @Test(arguments: [
        "let page = try" + "! read()", "let page = value as" + "! Page", "fatal" + "Error(\"no page\")",
        "preconditionFailure()", "print(page)", "debugPrint(page)", "exit(1)", "Glibc.exit(1)",
        "getenv(\"HOME\")",
        "ProcessInfo.processInfo.environment[\"HOME\"]", "let now = Date()", "Date.now",
        "let text = \"// not a comment\"; print(text)", "import Foundation", "public import Foundation",
        "import Foundation.Data",
    ])
    func rejects(line: String) {
        let planted = SourceFile(path: "Sources/Bolt/Planted.swift", text: "import Files\n\(line)\n")
        #expect(forbiddenCode(in: planted).map(\.line) == [2])
    }

    @Test(arguments: [
        "try read()", "if try !isEmpty() {", "value as? Page", "// print(page)", "let text = \"print(page)\"",
        "report.print(page)", "import FoundationEssentials",
        "func fingerprint(of page: Page)", "Date(timeIntervalSince1970: 0)", "let exits = exitCode(error)",
    ])
    func accepts(line: String) {
        #expect(forbiddenCode(in: SourceFile(path: "Sources/Bolt/Good.swift", text: line)).isEmpty)
    }

    @Test func letsFrontsTalkButNotTrap() {
        let text = "print(table)\nfatal" + "Error()\n"
        let file = SourceFile(path: "Sources/Commands/Planted.swift", text: text)
        #expect(forbiddenCode(in: file).map(\.line) == [2])
    }
}
