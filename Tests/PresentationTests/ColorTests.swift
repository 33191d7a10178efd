import EtcdStorage
import KubernetesCodec
import Testing

@testable import Operations
@testable import Presentation

/// What gets which colour, and that colours change nothing else.
struct ColorTests {
    @Test func colorsTheColumnOfStatesAndKeepsItsPlace() {
        var table = Table(headings: ["NAME", "STATUS", "AGE"])
        for status in ["Running", "CrashLoopBackOff", "Pending", "Odd", "größer"] {
            table.append(["a", status, "1d"])
        }
        let colored = table.lines(in: .ofTerminal)
        #expect(colored.contains("\u{1B}[32mRunning\u{1B}[0m            1d\n"))
        #expect(colored.contains("\u{1B}[31mCrashLoopBackOff\u{1B}[0m   1d\n"))
        #expect(colored.contains("\u{1B}[33mPending\u{1B}[0m"))
        #expect(colored.contains("a      Odd                1d\n"))
        #expect(withoutColors(colored) == table.lines)
    }

    @Test func colorsTheValueOfANamedRow() {
        var first = Table()
        first.append(["file", "damaged"])
        var second = Table()
        second.append("check", "damaged", .bad)
        first.append(second)
        let plain = "file    damaged\ncheck   damaged\n"
        #expect(first.lines == plain)
        #expect(first.lines(in: .ofTerminal) == "file    damaged\ncheck   \u{1B}[31mdamaged\u{1B}[0m\n")
    }

    private static let states: [(String, Colors.Meaning?)] = [
        ("Running", .good), ("Ready", .good), ("Bound", .good), ("deployed", .good),
        ("Completed", .good), ("Pending", .warning), ("Init:0/1", .warning), ("pending-upgrade", .warning),
        ("Ready,SchedulingDisabled", .warning), ("NotReady", .bad), ("ErrImagePull", .bad), ("Error", .bad),
        ("ImagePullBackOff", .bad), ("CreateContainerConfigError", .bad), ("OOMKilled", .bad),
        ("Init:CrashLoopBackOff", .bad), ("failed", .bad), ("superseded", nil), ("", nil), ("STATUS", nil),
    ]

    @Test(arguments: states)
    func knowsWhatAStateSays(status: String, meaning: Colors.Meaning?) {
        #expect(statusMeaning(status) == meaning)
    }

    @Test func colorsTheVerdictOfARehearsal() {
        var rehearsal = Rehearsal(unopened: "it is cut")
        rehearsal.steps += [RehearsedStep(.verify(.proved(revisionCount: 2, keyCount: 1)))]
        let text = RehearsalText(rehearsal, path: "\u{1B}[2Jb.db", width: 60)
        let colored = text.text(in: .ofTerminal)
        #expect(colored.hasPrefix("\u{1B}[31mFAIL\u{1B}[0m: \\u{1b}[2Jb.db "))
        #expect(colored.contains("\n\u{1B}[32mpass  \u{1B}[0m  verify"))
        #expect(withoutColors(colored) == text.text)
    }

    @Test func colorsTheVerdictOfAFileThatCannotBeOpened() {
        let text = UnopenedText(path: "a", problem: "a\u{1B}[2J is cut", hints: DamageHints(path: "/none"))
        #expect(text.text(in: .ofTerminal) == "a\\u{1b}[2J is cut: \u{1B}[31mdamaged\u{1B}[0m\n")
        #expect(text.text == "a\\u{1b}[2J is cut: damaged\n")
    }
}

/// Names of fields in YAML.
struct YAMLColorTests {
    /// The names that have a colour, in order, in the YAML of an object.
    private func names(_ json: String, isList: Bool = false) throws -> [String] {
        let text = ObjectText(.yaml, isList: isList)
        var bytes: [UInt8] = []
        text.append(try Document(json: Array(json.utf8)), to: &bytes)
        var screen = Screen()
        try text.write(bytes, to: &screen)
        #expect(withoutColors(screen.text) == terminalLines(bytes))
        return screen.text.split(separator: "\u{1B}[36m", omittingEmptySubsequences: false).dropFirst().map {
            part in
            String(part.prefix { $0 != "\u{1B}" })
        }
    }

    @Test func colorsNamesAtEveryDepth() throws {
        let json = #"{"a":{"b":1,"c":[{"d":2,"e":[]},{"f":{"g":null}},"h",["i",{"j":0}]]},"k":{}}"#
        #expect(try self.names(json) == ["a", "b", "c", "d", "e", "f", "g", "j", "k"])
        #expect(try self.names(json, isList: true) == ["a", "b", "c", "d", "e", "f", "g", "j", "k"])
    }

    @Test(arguments: [
        #"b: 1\nc: 2\n"#, #"\nb: 1\n\n  c:\n- d: 2"#, #"b: it's"#, #"b:"#, #"- b: 1"#, #"'b': 1"#,
        #"\"b\": 1"#,
        #" b: 1\n"#, #"# b: 1"#, #"? b: 1"#, #"\u001bb: 1"#, #"\tb: 1\nb: 2"#, #"b: \u0007\nb: 1"#,
    ])
    func colorsNothingWithinTexts(text: String) throws {
        let long = String(repeating: "word ", count: 40)
        #expect(try self.names(#"{"a":"\#(text)","z":["\#(text)",{"w":"\#(text)"}]}"#) == ["a", "z", "w"])
        #expect(try self.names(#"{"a":"\#(long)\#(text)\#(long)\#(text)","z":0}"#) == ["a", "z"])
    }

    @Test(arguments: [
        (#"b: c"#, #"'b: c'"#), (#"it's: c"#, #"'it''s: c'"#), (#"1"#, #""1""#), (#"a\"b: c"#, #"'a"b: c'"#),
        (#"\u001b: x"#, #""\e: x""#), (#"a:b"#, "a:b"), ("größe", "größe"), (#"\u202e"#, #"\u{202e}"#),
    ])
    func colorsQuotedNamesAsAWhole(name: String, shown: String) throws {
        #expect(try self.names(#"{"\#(name)":{"a":1},"z":{"\#(name)":"x: y"}}"#).contains(shown))
        #expect(try self.names(#"{"\#(name)":1}"#) == [shown])
    }

    @Test func writesListsAndTheirFrameInColours() throws {
        var screen = Screen()
        let text = ObjectText(.yaml, isList: true)
        try text.write(frame: text.opening, to: &screen)
        try text.write(frame: text.closing, to: &screen)
        #expect(withoutColors(screen.text) == text.opening + text.closing)
        #expect(screen.text.hasPrefix("\u{1B}[36mapiVersion\u{1B}[0m: v1\n\u{1B}[36mitems\u{1B}[0m:\n"))
    }
}

/// A screen with colours.
///
/// It escapes nothing itself: what is coloured has to be harmless before.
private struct Screen: OutputSink {
    var text = ""

    var appearance: Appearance {
        var appearance = Appearance()
        appearance.colors = .ofTerminal
        return appearance
    }

    mutating func write(_ text: String) { self.text += text }
    mutating func write(_ bytes: RawSpan) {
        self.text += String(decoding: bytes.withUnsafeBytes { Array($0) }, as: UTF8.self)
    }
    mutating func write(stored bytes: RawSpan) { self.write(bytes) }
    mutating func write(lines bytes: RawSpan) { self.write(bytes) }
    mutating func write(json bytes: RawSpan) { self.write(bytes) }
}

/// The text without the escapes that select colours, and only without these.
private func withoutColors(_ text: String) -> String {
    text.replacing(#/\x{1B}\[[0-9]+m/#, with: "")
}
