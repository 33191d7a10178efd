import Foundation
import Testing

@testable import Presentation

/// Columns, boxes and quoted words.
struct LayoutTests {
    @Test func makesColumnsAsWideAsTheirLongestCell() {
        var table = Table(headings: ["A", "B", "C"])
        table.append(["one", "", "x"])
        table.append(["größer als", "2", ""])
        #expect(
            table.lines == """
                A            B     C
                one                x
                größer als   2     \("")

                """
        )
        #expect(table.rowCount == 3)
    }

    @Test func keepsALineOfItsOwnOutOfTheColumns() {
        var table = Table(headings: ["A", "B"])
        table.append(line: "a line that is longer than any column\u{1B}")
        table.append(["one", "x"])
        #expect(
            table.lines == """
                A     B
                a line that is longer than any column\\u{1b}
                one   x

                """
        )
        #expect(table.rowCount == 3)
    }

    @Test func joinsTablesAsIfTheirRowsHadBeenAddedToOne() {
        var whole = Table()
        var parts = [Table(), Table()]
        for number in 0..<20 {
            let row = [String(repeating: "x", count: number % 7), "\(number)", "end"]
            whole.append(row)
            parts[number / 10].append(row)
        }
        var joined = parts[0]
        joined.append(parts[1])
        #expect(joined.lines == whole.lines)
    }

    @Test func drawsABoxAsEtcdsToolsDo() {
        var table = Table(headings: ["hash", "total size"])
        table.append(["fe01cf57", "20 kB"])
        #expect(
            table.box == """
                +----------+------------+
                |   HASH   | TOTAL SIZE |
                +----------+------------+
                | fe01cf57 |      20 kB |
                +----------+------------+

                """
        )
    }

    @Test(arguments: [
        "plain", "/var/lib/etcd", "a=b,c@d%e+f:g", "größe", "", " ", "it's", "a b", "$HOME", "`id`", "a;b",
        "*",
        "\"", "\\", "~", "-x", "#", "a\\'b", "!", "{a,b}",
    ])
    func quotesWordsSoThatAShellReadsThemAsTheyAre(word: String) throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf '[%s]' \(shellWord(word))"]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        shell.waitUntilExit()
        #expect(String(decoding: bytes, as: UTF8.self) == "[\(word)]")
    }
}
