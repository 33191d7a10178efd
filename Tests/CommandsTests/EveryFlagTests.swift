import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// No flag is without a test that types it.
struct EveryFlagTests {
    /// Reads the flags from the program itself, and looks for each in the tests that run the program.
    @Test func isTypedByATest() async throws {
        let help = try await RegistreeProgram.run("--experimental-dump-help")
        let root = try Document(json: help.standardOutput).root
        let command = try #require(root["command"])
        let flags = Set(self.flags(of: command)).subtracting(["-h", "-help", "--help"])
        #expect(flags.count > 50)
        let tests = try ["CommandsTests", "EndToEndTests"].map { try text(below: $0) }.joined()
        let untyped = flags.filter { flag in
            !tests.contains("\"\(flag)\"") && !tests.contains("\"\(flag)=")
        }
        #expect(untyped.sorted() == [])
    }

    private func flags(of command: Value) -> [String] {
        let arguments = command["arguments"]?.elements ?? []
        let names = arguments.flatMap { $0["names"]?.elements ?? [] }
        let own = names.compactMap { name in
            name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
        }
        return own + (command["subcommands"]?.elements ?? []).flatMap { self.flags(of: $0) }
    }
}

/// The text of all tests in a folder of `Tests`.
private func text(below folder: String) throws -> String {
    let directory = Repository.root.appending("Tests").appending(folder)
    let paths = FileManager.default.enumerator(atPath: directory.string)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.map {
        try String(contentsOfFile: directory.appending($0).string, encoding: .utf8)
    }.joined()
}
