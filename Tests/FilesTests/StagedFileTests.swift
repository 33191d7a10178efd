import Foundation
import SystemPackage
import Testing

@testable import Files

struct StagedFileTests {
    let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func appearsOnlyWhenCommitted() throws {
        let file = try StagedFile(destination: directory("a.db"))
        try file.output.append([1, 2, 3])
        #expect(try !directory.entries.contains("a.db"))
        try file.commit()
        #expect(try directory.entries == ["a.db"])
        #expect(contents(of: directory("a.db")) == [1, 2, 3])
        #expect(try mode(of: directory("a.db")) == 0o600)
    }

    @Test func takesANameThatTellsWhatIsInIt() throws {
        let file = try StagedFile(destination: directory("unfinished"))
        try file.commit(as: directory("revision-7.db"))
        #expect(try directory.entries == ["revision-7.db"])
        #expect(file.destination == directory("revision-7.db"))

        let second = try StagedFile(destination: directory("unfinished"))
        #expect(throws: FileError(.exists, path: directory("revision-7.db"))) {
            try second.commit(as: directory("revision-7.db"))
        }
        #expect(try directory.entries == ["revision-7.db"])
    }

    @Test func leavesNothingWhenItIsNotCommitted() throws {
        do {
            let file = try StagedFile(destination: directory("a.db"))
            try file.output.append([1])
        }
        #expect(try directory.entries == [])
    }

    @Test func refusesATakenNameBeforeAnythingIsWritten() throws {
        try Data([9]).write(to: URL(fileURLWithPath: directory("a.db")))
        #expect(throws: FileError(.exists, path: directory("a.db"))) {
            try StagedFile(destination: directory("a.db"))
        }
        #expect(try directory.entries == ["a.db"])
    }

    @Test func doesNotReplaceANameThatWasTakenMeanwhile() throws {
        let file = try StagedFile(destination: directory("a.db"))
        try Data([9]).write(to: URL(fileURLWithPath: directory("a.db")))
        #expect(throws: FileError(.exists, path: directory("a.db"))) { try file.commit() }
        #expect(contents(of: directory("a.db")) == [9])
        #expect(try directory.entries == ["a.db"])
    }

    @Test func replacesARegularFileWhenTold() throws {
        try Data([9]).write(to: URL(fileURLWithPath: directory("a.db")))
        let file = try StagedFile(destination: directory("a.db"), replacing: true)
        try file.output.append([1])
        try file.commit()
        #expect(contents(of: directory("a.db")) == [1])
    }

    @Test func neverReplacesADirectory() throws {
        try FileManager.default.createDirectory(atPath: directory("d"), withIntermediateDirectories: false)
        #expect(throws: FileError(.notARegularFile(kind: "a directory"), path: directory("d"))) {
            try StagedFile(destination: directory("d"), replacing: true)
        }
    }

    @Test func saysThatTheParentIsMissing() {
        #expect(throws: FileError(.parentMissing, path: directory("no/a.db"))) {
            try StagedFile(destination: directory("no/a.db"))
        }
    }

    @Test func worksForANameOf255Bytes() throws {
        let name = String(repeating: "n", count: 255)
        try StagedFile(destination: directory(name)).commit()
        #expect(try directory.entries == [name])
    }

    @Test func listsNamesOfEveryLength() throws {
        let names = (1...255).map { String(repeating: "n", count: $0) }
        for name in names { try Data().write(to: URL(fileURLWithPath: directory(name))) }
        #expect(try directoryEntries(path: directory.path).sorted() == names)
    }

    @Test func sweepsWhatAKilledRunLeftAndNothingElse() throws {
        let leftover = ".a.db.partial-0123456789abcdef"
        for name in [leftover, ".a.db.partial-mine", ".b.db.partial-0123456789abcdef"] {
            try Data([9]).write(to: URL(fileURLWithPath: directory(name)))
        }
        try StagedFile(destination: directory("a.db")).commit()
        #expect(
            try directory.entries == [".a.db.partial-mine", ".b.db.partial-0123456789abcdef", "a.db"]
        )
    }

    @Test func leavesTheOutputOfALivingWriterAlone() throws {
        let first = try StagedFile(destination: directory("a.db"))
        let second = try StagedFile(destination: directory("a.db"))
        try first.output.append([1])
        try first.commit()
        #expect(throws: FileError(.exists, path: directory("a.db"))) { try second.commit() }
        #expect(contents(of: directory("a.db")) == [1])
    }

    /// The name is free again: a signal must not remove what gets it later.
    @Test(arguments: [("lock", Errno.wouldBlock), ("open", .tooManyOpenFiles)])
    func aNameThatCouldNotBeLockedIsForgotten(call: String, cause: Errno) throws {
        let counting = FileFault(.stop, after: .max, below: directory.path)
        try StagedFile(destination: directory("a.db")).commit()
        let number = try #require(counting.end().firstIndex { $0.doing == call })
        let outputs = StagedOutputs()
        let fault = FileFault(.error(cause), after: number, below: directory.path)
        let file = try? StagedFile(destination: directory("b.db"), outputs: outputs)
        let failed = fault.end()[number]
        #expect(failed.doing == call)
        #expect((file == nil) == (call == "open"))
        try file?.commit()
        try Data([9]).write(to: URL(fileURLWithPath: failed.path))
        outputs.abandonAll()
        #expect(contents(of: failed.path) == [9])
    }

    @Test func nothingBeginsOrEndsAfterASignal() throws {
        let outputs = StagedOutputs()
        let file = try StagedFile(destination: directory("a.db"), outputs: outputs)
        outputs.abandonAll()
        #expect(try directory.entries == [])
        #expect(throws: FileError(.interrupted, path: directory("a.db"))) { try file.commit() }
        #expect(throws: FileError(.interrupted, path: directory("b.db"))) {
            try StagedFile(destination: directory("b.db"), outputs: outputs)
        }
        #expect(try directory.entries == [])
    }
}
