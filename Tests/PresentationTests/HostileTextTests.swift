import KubernetesCodec
import KubernetesTables
import Presentation
import Testing

@testable import KubernetesRegistry
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

    @Test func keepsTheLinesAndTabsOfSeveralLines() {
        #expect(terminalLines(Array("a: \u{1B}[2J\r\n\tb\n\n".utf8)) == "a: \\u{1b}[2J\\u{d}\n\tb\n\n")
        #expect(terminalLines([0x0A, 0x1B, 0xFF, 0x0A, 0x61]) == "\n\\x1b\\xff\na")
        #expect(terminalLines([]) == "")
    }

    @Test(arguments: ["\u{7F}", "\u{9B}31m", "user\u{202E}gnp.exe", "zero\u{200B}width\u{FEFF}", "ä\u{61C}語"])
    func isHarmlessAndOfTheSameMeaningInJSON(text: String) throws {
        let json = "{\n    \"k\": \"\(text)\"\n}\n"
        let shown = terminalJSON(Array(json.utf8))
        #expect(shown.split(separator: "\n").allSatisfy { $0.unicodeScalars.allSatisfy(isHarmless) })
        #expect(shown.count { $0 == "\n" } == 3)
        #expect(try Document(json: Array(shown.utf8)).root["k"]?.string == text)
    }

    @Test func isHarmlessInTheNamesOfResources() {
        let resources = [("things\u{1B}[2J", "b"), ("things", "a")].map { plural, group in
            Resource(plural: plural, group: group, origin: .customKeys, root: nil, directory: "")
        }
        let text = HoldingsText(resources.map { ResourceHolding($0) }, showsHeadings: true)
        #expect(text.names == "things.a\nthings\\u{1b}[2J.b\n")
    }

    @Test func makesNoLineOfItsOwnInANote() {
        let problem = CodecError(.malformed("no object\nNote: all is well"))
        let unreadable = UnreadableObject(
            key: Array("/registry/a\nNote: all is well".utf8),
            problem: problem
        )
        for (rule, count) in [(UnreadableRule.refused, 1), (.marked, 1), (.leftOut, 3), (.ignored, 2)] {
            var problems = ReadingProblems(rule)
            problems.note(unreadable)
            #expect(problems.lines.count == count)
            #expect(
                problems.lines.allSatisfy { $0.unicodeScalars.allSatisfy(isHarmless) },
                "\(problems.lines)"
            )
        }
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
