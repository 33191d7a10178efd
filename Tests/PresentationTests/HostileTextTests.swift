import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
import Presentation
import Testing

@testable import Operations

/// Text of objects that a terminal would obey.
struct HostileTextTests {
    @Test(arguments: [
        "\\u001b[2J", "\\u001b]0;title\\u0007", "a\\rb\\b", "\\u009b31m", "user\\u202egnp.exe",
        "\\u2066x\\u2069",
        "zero\\u200bwidth\\ufeff", "\\u0000\\u0001\\u007f", "one\\ntwo", "line\\u2028line\\u0085", "\\u200f",
    ])
    func isHarmlessInTables(text: String) throws {
        let json =
            #"{"metadata":{"name":"\#(text)","namespace":"\#(text)","labels":{"\#(text)":"\#(text)"}},"#
            + #""spec":{"nodeName":"\#(text)"},"status":{"phase":"\#(text)","podIP":"\#(text)"}}"#
        let pod = try Document(json: Array(json.utf8)).root
        var options = TableView.Options()
        (options.wide, options.namespace, options.labels) = (true, true, true)
        let cells = TableView(.builtIn(group: "", kind: "Pod"), options).cells(of: pod, at: 0)
        #expect(cells.count > 5)
        var rows = Table()
        rows.append(cells)
        rows.append(["plain", "cells"])
        var lines: [String] = []
        rows.forEachLine { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.last == "\n")
            #expect(line.dropLast().unicodeScalars.allSatisfy(isHarmless), "\(line.debugDescription)")
        }
        #expect(lines.last?.hasPrefix("plain ") == true)
    }

    @Test func makesNoLineOfItsOwnInANote() {
        let problem = CodecError(.malformed("no object\nNote: all is well"))
        var problems = HelmProblems()
        problems.unopened = [.init(key: Array("/registry/a\nNote: all is well".utf8), problem: problem)]
        let lines = problems.lines(hasConfiguration: false)
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy(isHarmless) }, "\(lines)")
    }

    @Test func isHarmlessAsBytes() {
        #expect(terminalText([0x1B, 0xFF, 0x61]) == "\\x1b\\xffa")
    }
}

/// Whether a terminal shows it and nothing else.
private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
}
