import Foundation
import Testing

@testable import Files

struct StagedDirectoryTests {
    let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func fill(_ staged: StagedDirectory) throws {
        try staged.makeSubdirectory("snap")
        let file = try staged.makeFile("snap/db")
        try file.append([1])
        try file.synchronize()
        try file.close()
    }

    @Test func appearsOnlyWhenCommitted() throws {
        let staged = try StagedDirectory(destination: directory("data"), entry: "member")
        try fill(staged)
        #expect(try !directory.entries.contains("data"))
        try staged.commit()
        #expect(try directory.entries == ["data"])
        #expect(contents(of: directory("data/member/snap/db")) == [1])
        for path in ["data", "data/member", "data/member/snap"] {
            #expect(try mode(of: directory(path)) == 0o700)
        }
    }

    @Test func keepsAnEmptyDirectoryThatIsThereAlready() throws {
        try FileManager.default.createDirectory(
            atPath: directory("data"),
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o750]
        )
        let staged = try StagedDirectory(destination: directory("data"), entry: "member")
        try fill(staged)
        try staged.commit()
        #expect(try mode(of: directory("data")) == 0o750)
        #expect(contents(of: directory("data/member/snap/db")) == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory("data")) == ["member"])
    }

    @Test func refusesADirectoryWithContent() throws {
        try FileManager.default.createDirectory(
            atPath: directory("data/x"),
            withIntermediateDirectories: true
        )
        #expect(throws: FileError(.notEmpty, path: directory("data"))) {
            try StagedDirectory(destination: directory("data"), entry: "member")
        }
    }

    /// A new ext4 file system has this directory; whoever mounts one for etcd has not filled it.
    @Test func tellsTheTopOfAVolumeFromADirectoryWithContent() throws {
        let top = directory("volume")
        try FileManager.default.createDirectory(
            atPath: top + "/lost+found",
            withIntermediateDirectories: true
        )
        #expect(throws: FileError(.onlyLostAndFound, path: top)) {
            try StagedDirectory(destination: top, entry: "member")
        }
        try Data().write(to: URL(fileURLWithPath: top + "/file"))
        #expect(throws: FileError(.notEmpty, path: top)) {
            try StagedDirectory(destination: top, entry: "member")
        }
        let below = try StagedDirectory(destination: top + "/etcd", entry: "member")
        try fill(below)
        try below.commit()
        #expect(contents(of: top + "/etcd/member/snap/db") == [1])
    }

    @Test(arguments: ["file", "dangling"])
    func refusesWhatIsNoDirectory(name: String) throws {
        try Data().write(to: URL(fileURLWithPath: directory("file")))
        try FileManager.default.createSymbolicLink(
            atPath: directory("dangling"),
            withDestinationPath: directory("nowhere")
        )
        #expect(throws: FileError(.exists, path: directory(name))) {
            try StagedDirectory(destination: directory(name), entry: "member")
        }
    }

    @Test func withoutAnEntryEvenAnEmptyDirectoryIsRefused() throws {
        try FileManager.default.createDirectory(atPath: directory("wal"), withIntermediateDirectories: false)
        #expect(throws: FileError(.exists, path: directory("wal"))) {
            try StagedDirectory(destination: directory("wal"))
        }
    }

    @Test func saysThatTheParentIsMissing() throws {
        #expect(throws: FileError(.parentMissing, path: directory("no/data"))) {
            try StagedDirectory(destination: directory("no/data"), entry: "member")
        }
    }

    @Test(arguments: [true, false])
    func leavesNothingWhenItIsNotCommitted(exists: Bool) throws {
        if exists {
            try FileManager.default.createDirectory(
                atPath: directory("data"),
                withIntermediateDirectories: false
            )
        }
        do {
            let staged = try StagedDirectory(destination: directory("data"), entry: "member")
            try fill(staged)
        }
        #expect(try directory.entries == (exists ? ["data"] : []))
        if exists { #expect(try FileManager.default.contentsOfDirectory(atPath: directory("data")) == []) }
    }

    @Test func ofTwoThatFillOneDirectoryOneWins() throws {
        let first = try StagedDirectory(destination: directory("data"), entry: "member")
        let second = try StagedDirectory(destination: directory("data"), entry: "member")
        try fill(first)
        try fill(second)
        try second.commit()
        #expect(throws: FileError(.exists, path: directory("data"))) { try first.commit() }
        #expect(try directory.entries == ["data"])
    }

    @Test func ofSeveralNoneKeepsItsNameWhenALaterOneFails() throws {
        let staged = try ["log", "data"].map { try StagedDirectory(destination: directory($0)) }
        try staged.forEach(fill)
        try FileManager.default.createDirectory(
            atPath: directory("data"),
            withIntermediateDirectories: false
        )
        #expect(throws: FileError(.exists, path: directory("data"))) { try StagedDirectory.commit(staged) }
        #expect(try directory.entries == ["data"])
    }

    @Test func ofSeveralNoneIsNamedAfterAnInterruption() throws {
        let outputs = StagedOutputs()
        let staged = try ["log", "data"].map {
            try StagedDirectory(destination: directory($0), outputs: outputs)
        }
        try staged.forEach(fill)
        #expect(!outputs.isAbandoned)
        outputs.abandonAll()
        #expect(outputs.isAbandoned)
        #expect(throws: FileError.self) { try StagedDirectory.commit(staged) }
        #expect(try directory.entries == [])
    }

    @Test func ofSeveralAllAreNamed() throws {
        let staged = try ["log", "data"].map { try StagedDirectory(destination: directory($0)) }
        try staged.forEach(fill)
        try StagedDirectory.commit(staged)
        #expect(try directory.entries == ["data", "log"])
    }

    @Test func neverWithdrawsWhatSomebodyElsePutThere() throws {
        let staged = try StagedDirectory(destination: directory("data"), entry: "member")
        let other = directory("data/member")
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        #expect(throws: FileError(.exists, path: directory("data"))) { try staged.commit() }
        staged.discard()
        #expect(try directory.entries == ["data"])
    }

    @Test func sweepsWhatAKilledRunLeftInsideAnEmptyDirectory() throws {
        try FileManager.default.createDirectory(
            atPath: directory("data/member.partial-0123456789abcdef/snap"),
            withIntermediateDirectories: true
        )
        let staged = try StagedDirectory(destination: directory("data"), entry: "member")
        try fill(staged)
        try staged.commit()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory("data")) == ["member"])
    }

    @Test func aSignalRemovesTheWholeTree() throws {
        let outputs = StagedOutputs()
        let staged = try StagedDirectory(destination: directory("data"), entry: "member", outputs: outputs)
        try fill(staged)
        outputs.abandonAll()
        #expect(try directory.entries == [])
        #expect(throws: FileError.self) { try staged.commit() }
        #expect(try directory.entries == [])
    }
}
