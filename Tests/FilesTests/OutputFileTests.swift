import SystemPackage
import Testing

@testable import Files

struct OutputFileTests {
    let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// Parts that fill the buffer of 1 MiB exactly, nearly, and several times over.
    @Test(arguments: [[1 << 20], [(1 << 20) - 1, 2], [3 << 20, 5], [5, 3 << 20], [0, 7, 0]])
    func writesEveryPartInOrder(parts: [Int]) throws {
        let file = try OutputFile(creating: directory("f"))
        var expected: [UInt8] = []
        for (index, count) in parts.enumerated() {
            let part = [UInt8](repeating: UInt8(index + 1), count: count)
            try file.append(part)
            expected += part
        }
        #expect(file.byteCount == expected.count)
        try file.close()
        #expect(contents(of: directory("f")) == expected)
    }

    @Test func overwritesWhatWasWrittenAndGoesOnAtTheEnd() throws {
        let file = try OutputFile(creating: directory("f"))
        try file.appendZeros((1 << 20) + 3)
        try file.overwrite(([7, 8] as [UInt8]).span.bytes, at: 1)
        try file.append([9])
        try file.close()
        let bytes = try #require(contents(of: directory("f")))
        #expect(bytes.count == (1 << 20) + 4)
        #expect(bytes.prefix(4) == [0, 7, 8, 0])
        #expect(bytes.last == 9)
    }

    @Test func extendsWithZeros() throws {
        let file = try OutputFile(creating: directory("f"))
        try file.append([1])
        try file.extend(to: 4)
        try file.close()
        #expect(contents(of: directory("f")) == [1, 0, 0, 0])
    }

    @Test func aFullDiskIsAnErrorThatNamesThePath() throws {
        let file = try OutputFile(creating: directory("f"), reportedAs: "/dest")
        #expect(throws: FileError(.system(doing: "extend", .fileTooLarge), path: "/dest")) {
            try file.extend(to: .max)
        }
    }
}
