import Foundation
import SystemPackage
import TestSupport
import Testing

/// A command as `--experimental-dump-help` describes it.
private struct Command: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            var spelling: String { (self.kind == "long" ? "--" : "-") + self.name }
        }

        var names: [Name]?
    }

    var commandName: String
    var subcommands: [Command]?
    var arguments: [Argument]?

    /// `registree` itself.
    static func root() async throws -> Command {
        struct Help: Decodable { var command: Command }
        let result = try await RegistreeProgram.run("--experimental-dump-help")
        return try JSONDecoder().decode(Help.self, from: Data(result.standardOutput)).command
    }

    /// The words of each command below this one, such as `helm list`.
    var lines: [[String]] {
        (self.subcommands ?? []).filter { $0.commandName != "help" }.flatMap { inner in
            [[inner.commandName]] + inner.lines.map { [inner.commandName] + $0 }
        }
    }
}

struct HelpTests {
    @Test(arguments: ["-h", "--help"])
    func everyCommandExplainsItself(flag: String) async throws {
        let lines = try await Command.root().lines
        #expect(lines.count > 15)
        for line in lines {
            let result = try await RegistreeProgram.run(line + [flag])
            #expect(result.exitCode == 0, "\(line)")
            let usage = result.lines.first { $0.hasPrefix("USAGE: ") }
            #expect(usage?.contains("registree \(line.joined(separator: " "))") == true, "\(line)")
        }
    }
}

extension HelpTests {
    @Test func theEverydayCommandsComeFirst() async throws {
        let help = try await RegistreeProgram.run("--help")
        let headings = help.lines.filter { $0.hasSuffix("SUBCOMMANDS:") }
        #expect(headings.first == "EVERYDAY SUBCOMMANDS:")
        let take = try #require(help.lines.firstIndex { $0.hasPrefix("  take ") })
        let encode = try #require(help.lines.firstIndex { $0.hasPrefix("  encode ") })
        #expect(take < encode)
    }

    @Test(arguments: [
        (["get"], "A LIVE ETCD:", "-n, --namespace"), (["list"], "A LIVE ETCD:", "-o, --output"),
        (["helm", "values"], "A LIVE ETCD:", "-o, --output"), (["take"], "THE LIVE ETCD:", "--force"),
        (["keys"], "A LIVE ETCD:", "--limit"), (["delete"], "THE LIVE ETCD:", "--prefix"),
    ])
    func howToReachALiveEtcdComesLast(words: [String], heading: String, option: String) async throws {
        for line in [words + ["--help"], ["help"] + words] {
            let lines = try await RegistreeProgram.run(line).lines
            let place = try #require(lines.firstIndex(of: heading))
            #expect(lines[place...].filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") } == [heading])
            #expect(lines[..<place].contains { $0.hasPrefix("  \(option)") })
            #expect(lines[place...].contains { $0.hasPrefix("  --endpoints <urls>") })
            #expect(lines[..<place].contains { $0.hasPrefix("  -h, --help ") })
        }
    }
}

private let notes = ProcessInfo.processInfo.environment["REGISTREE_ALL_TYPED"]

/// Every flag of every command is typed by some test, as a user would type it.
///
/// Tests/run has all tests note what they type, and then runs this one with `REGISTREE_ALL_TYPED`, the file of notes.
@Suite(
    .enabled(
        if: notes != nil,
        "needs what all other tests have typed; Tests/run runs it last"
    )
)
struct EveryFlagIsTypedTests {
    @Test func everyFlagIsTypedByATestWithOneOfItsCommands() async throws {
        let typed = try TypedCommands.read(FilePath(try #require(notes)))
        var flags: [String: [[String]]] = [:]
        try await self.gather(Command.root(), [], &flags)
        #expect(flags.count > 50)
        let untyped = flags.filter { flag, commands in
            !typed.contains { line in
                commands.contains { line.starts(with: $0) }
                    && line.contains { $0 == flag || $0.hasPrefix(flag + "=") }
            }
        }
        let names = untyped.map { flag, commands in
            "\(flag) of \(commands.map { $0.joined(separator: " ") }.joined(separator: ", "))"
        }
        #expect(names.sorted() == [])
    }

    /// The spellings of all flags of a command and of those below it, each with the words of all its commands.
    private func gather(_ command: Command, _ words: [String], _ flags: inout [String: [[String]]]) {
        for inner in command.subcommands ?? [] where inner.commandName != "help" {
            self.gather(inner, words + [inner.commandName], &flags)
        }
        for argument in command.arguments ?? [] {
            for name in argument.names ?? [] {
                flags[name.spelling, default: []].append(words)
            }
        }
    }
}
