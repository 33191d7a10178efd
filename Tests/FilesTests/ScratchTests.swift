import Foundation
import SystemPackage
import Testing

@testable import Files

/// Files that nobody needs later.
struct ScratchTests {
    let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func aFileWithoutANameIsInNoDirectory() throws {
        let file = try OutputFile(namelessIn: directory.path)
        #expect(try directory.entries == [])
        try file.append([1, 2, 3])
        let mapped = try file.mapped()
        #expect(mapped.withBytes { $0.withUnsafeBytes(Array.init) } == [1, 2, 3])
        let status = try FileDescriptor(rawValue: file.descriptor).stat()
        #expect(status.permissions == [.ownerReadWrite])
        #expect(status.linkCount == 0)
    }

    /// File systems that know no nameless files answer one of these.
    @Test(arguments: [Errno.notSupported, .isDirectory])
    func whereTheFileSystemKnowsNoneItLosesItsName(refusal: Errno) throws {
        let fault = FileFault(.error(refusal), after: 0, below: directory.path)
        defer { fault.end() }
        let file = try OutputFile(namelessIn: directory.path)
        #expect(fault.calls.map(\.doing).contains("remove a file's name in"))
        #expect(try directory.entries == [])
        #expect(try FileDescriptor(rawValue: file.descriptor).stat().linkCount == 0)
        try file.append([4])
        #expect(try file.mapped().byteCount == 1)
    }

    @Test func aDirectoryThatIsMissingIsNamed() throws {
        #expect(throws: FileError(.missing, path: directory("none"))) {
            try OutputFile(namelessIn: directory("none"))
        }
    }

    @Test(arguments: [([:], "/tmp"), (["TMPDIR": ""], "/tmp"), (["TMPDIR": "/var/scratch"], "/var/scratch")])
    func anUnsetOrEmptyTMPDIRIsTheStandardDirectory(environment: [String: String], directory: String) {
        #expect(TemporaryFiles.directory(in: environment) == directory)
    }

    @Test func aScratchDirectoryGoesWithItsLastReference() throws {
        do {
            let scratch = try ScratchDirectory(in: directory.path, purpose: "test", outputs: StagedOutputs())
            try Data([1]).write(to: URL(fileURLWithPath: scratch.path + "/secret"))
            #expect(try directory.entries.count == 1)
        }
        #expect(try directory.entries == [])
    }
}
