import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// What reaches standard output: of a command that fails, and on a terminal.
struct OutputTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    @Test func printsTheKeysBeforeADamagedRecord() async throws {
        let keys = try String(contentsOf: Truth.url("cluster-1.36/keys.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix("/registry/namespaces/") }.sorted()
        try #require(keys.count > 2)
        // Without its digest, which would find the damage before anything is read.
        var bytes = try Data(contentsOf: Truth.url("cluster-1.36/with-history.db")).dropLast(32)
        // The field behind the key in its records gets the key's number, which is seen only when they are printed.
        let record = Data(keys[2].utf8) + [0x10]
        while let found = bytes.range(of: record) { bytes[found.upperBound - 1] = 0x08 }
        let result = try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db").string
            try bytes.write(to: URL(filePath: path))
            let words = ["keys", "/registry/namespaces/", "--prefix", "--keys-only", "-f", path]
            return try await RegistreeProgram.run(words)
        }
        #expect(result.exitCode == 4, "\(result.errors)")
        #expect(result.lines == Array(keys.prefix(2)))
    }

    @Test func escapesInJSONWhatATerminalWouldObey() async throws {
        let stored = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"<>"}}"#
            .replacing("<>", with: "\u{9B}31m \u{202E}\u{7F}é\\n")
        try await withTemporaryDirectory { directory in
            let file = directory.appending("input")
            try Data(stored.utf8).write(to: URL(filePath: file.string))
            let shown = try await runOnATerminal(["decode", "-o", "json"], input: file).output
            #expect(shown.contains(#""k": "\u009b31m \u202e\u007fé\n""#), "\(shown.debugDescription)")
            let truth = try Document(json: Array(stored.utf8)).root["data", "k"]?.string
            #expect(try Document(json: Array(shown.utf8)).root["data", "k"]?.string == truth)
            let piped = try await RegistreeProgram.run("decode", "-o", "json", input: file)
            #expect(piped.output.contains("\"\u{9B}31m \u{202E}\u{7F}é\\n\""))
        }
    }

    @Test(arguments: [
        ["namespaces", "-o", #"jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}"#],
        ["namespaces", "-o", "yaml"], ["namespaces", "-o", "json"],
    ])
    func keepsLinesOnATerminal(words: [String]) async throws {
        let arguments = ["get"] + words + ["-f", Self.cluster]
        let piped = try await RegistreeProgram.run(arguments)
        #expect(piped.lines.count > 2)
        #expect(try await runOnATerminal(arguments).output == piped.output)
    }
}
