import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Files

struct MappedFileTests {
    let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// A file of three pages that was last written to long ago, opened; and its first byte.
    private func openOldFile() throws -> MappedFile {
        let path = directory("f")
        try Data(repeating: 7, count: 3 * 4096).write(to: URL(fileURLWithPath: path))
        try self.setModificationTime(of: path)
        return try MappedFile(path: path)
    }

    /// 2001-09-09, so that no change can fall into the same tick of the file system's clock.
    private func setModificationTime(of path: String) throws {
        let time = timespec(tv_sec: 1_000_000_000, tv_nsec: 5)
        try #require(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
    }

    private func byte(_ offset: Int, of file: MappedFile) -> UInt8 {
        file.withBytes { $0.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
    }

    @Test func anUnchangedFileIsReadAndFound() throws {
        let file = try openOldFile()
        #expect(file.byteCount == 3 * 4096)
        #expect(byte(4097, of: file) == 7)
        try file.checkUnchanged()
        #expect(try file.contents() == [UInt8](repeating: 7, count: 3 * 4096))
    }

    @Test func aFileThatBecameShorterIsSaidToBe() throws {
        let file = try openOldFile()
        try #require(truncate(file.path, 4096) == 0)
        #expect(byte(2 * 4096, of: file) == 0)
        #expect(throws: FileError(.shrank, path: file.path)) { try file.checkUnchanged() }
        #expect(throws: FileError(.shrank, path: file.path)) { try file.contents() }
    }

    @Test func aFileThatWasWrittenToInPlaceIsSaidToBe() throws {
        let file = try openOldFile()
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
        try writer.write(contentsOf: Data([8]))
        try writer.close()
        let error = FileError(.changed, path: file.path)
        #expect(throws: error) { try file.checkUnchanged() }
        #expect(error.description == "\(file.path) was changed while it was read")
    }

    @Test func aFileThatBecameLongerIsSaidToBeChanged() throws {
        let file = try openOldFile()
        try #require(truncate(file.path, 5 * 4096) == 0)
        try setModificationTime(of: file.path)
        #expect(throws: FileError(.changed, path: file.path)) { try file.checkUnchanged() }
    }

    /// What was opened is still there and still whole.
    @Test func aFileThatAnotherTookTheNameOfIsReadToItsEnd() throws {
        let file = try openOldFile()
        try Data([1]).write(to: URL(fileURLWithPath: directory("g")))
        try #require(rename(directory("g"), file.path) == 0)
        #expect(byte(2 * 4096, of: file) == 7)
        try file.checkUnchanged()
    }

    /// A page that raises SIGBUS although the file has it, as on a disk that fails: here it was away for a
    /// moment, and the file looks as it did before.
    @Test func aPageThatCannotBeReadIsNotAFileThatBecameShorter() throws {
        let file = try openOldFile()
        try #require(truncate(file.path, 4096) == 0)
        #expect(byte(2 * 4096 + 9, of: file) == 0)
        #expect(byte(4096, of: file) == 0)
        try #require(truncate(file.path, 3 * 4096) == 0)
        try setModificationTime(of: file.path)
        let error = FileError(.unreadable(offset: 2 * 4096, .ioError), path: file.path)
        #expect(throws: error) { try file.checkUnchanged() }
        #expect(error.description == "cannot read \(file.path) at byte 8192: Input/output error")
    }

    @Test func aPageThatCannotBeReadIsSeenInAFileThatOthersWriteTo() throws {
        let file = try openOldFile()
        try #require(utimensat(AT_FDCWD, file.path, nil, 0) == 0)
        try file.checkReadable()
        try #require(truncate(file.path, 4096) == 0)
        #expect(byte(2 * 4096, of: file) == 0)
        #expect(throws: FileError(.shrank, path: file.path)) { try file.checkReadable() }
        try #require(truncate(file.path, 3 * 4096) == 0)
        #expect(throws: FileError(.unreadable(offset: 2 * 4096, .ioError), path: file.path)) {
            try file.checkReadable()
        }
    }

    @Test func whatThisProcessHasJustWrittenNeedsNoLook() throws {
        let output = try OutputFile(creating: directory("f"))
        try output.append([1, 2, 3])
        let file = try output.mapped()
        try output.close()
        #expect(byte(2, of: file) == 3)
        try file.checkUnchanged()
    }

    @Test func theLimitOnMappedFilesNamesItself() {
        #expect(
            FileError(.tooManyMappings(limit: 64), path: "/x").description
                == "/x cannot be opened: 64 files are mapped already, the most at one time"
        )
        #expect(
            FileError(.tooLargeToMap(byteCount: 9), path: "/x").description
                == "/x has 9 bytes, more than this process may map (ulimit -v)"
        )
    }

    /// The kernel says so when it has no addresses left for the file.
    @Test func aFileLongerThanCanBeMappedIsNamed() throws {
        let path = try openOldFile().path
        let counting = FileFault(.stop, after: .max, below: path)
        _ = try MappedFile(path: path)
        let number = try #require(counting.end().firstIndex { $0.doing == "map" })
        let fault = FileFault(.error(.noMemory), after: number, below: path)
        defer { fault.end() }
        #expect(throws: FileError(.tooLargeToMap(byteCount: 3 * 4096), path: path)) {
            try MappedFile(path: path)
        }
    }

    @Test func everyCallThatFailsIsNamed() throws {
        let path = try openOldFile().path
        for number in 0... {
            let fault = FileFault(.error(.ioError), after: number, below: path)
            defer { fault.end() }
            do {
                try MappedFile(path: path).checkUnchanged()
                #expect(fault.end().count == number)
                break
            } catch {
                let call = try #require(fault.end().last)
                #expect(error == FileError(.system(doing: call.doing, .ioError), path: path))
            }
        }
    }

    @Test func whatIsNoFileIsNamed() throws {
        try #require(mkfifo(directory("pipe"), 0o600) == 0)
        #expect(throws: FileError(.notARegularFile(kind: "a pipe"), path: directory("pipe"))) {
            try MappedFile(path: directory("pipe"))
        }
        #expect(throws: FileError(.notARegularFile(kind: "a directory"), path: directory.path)) {
            try MappedFile(path: directory.path)
        }
        #expect(throws: FileError(.missing, path: directory("none"))) {
            try MappedFile(path: directory("none"))
        }
    }

    @Test func anotherFileOfTheSameNameHasAnotherIdentity() throws {
        try Data([1]).write(to: URL(fileURLWithPath: directory("f")))
        let before = try #require(FileIdentity(path: directory("f")))
        #expect(FileIdentity(path: directory("f")) == before)
        try Data([2]).write(to: URL(fileURLWithPath: directory("g")))
        try #require(rename(directory("g"), directory("f")) == 0)
        #expect(FileIdentity(path: directory("f")) != before)
        #expect(FileIdentity(path: directory("none")) == nil)
    }
}
