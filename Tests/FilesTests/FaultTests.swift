import Foundation
import SystemPackage
import Testing

@testable import Files

/// Every call that writes an output is made to fail in turn, in three ways.
struct FaultTests {
    /// What is written, and what must be there afterwards, or nothing.
    enum Output: CaseIterable {
        case file
        case replacingFile
        case newDirectory
        case entryOfADirectory
        case twoDirectories

        /// Names that may be there when it failed.
        var before: [String] {
            switch self {
            case .file, .newDirectory, .twoDirectories: []
            case .replacingFile, .entryOfADirectory: ["out"]
            }
        }

        var after: [String] { self == .twoDirectories ? ["log", "out"] : ["out"] }

        func prepare(in directory: TemporaryDirectory) throws {
            switch self {
            case .replacingFile: try Data([9]).write(to: URL(fileURLWithPath: directory("out")))
            case .entryOfADirectory:
                try FileManager.default.createDirectory(
                    atPath: directory("out"),
                    withIntermediateDirectories: false
                )
            default: break
            }
        }

        func write(in directory: TemporaryDirectory) throws {
            let outputs = StagedOutputs()
            let content = [UInt8](repeating: 5, count: 5000)
            switch self {
            case .file, .replacingFile:
                let file = try StagedFile(
                    destination: directory("out"),
                    replacing: self == .replacingFile,
                    outputs: outputs
                )
                try file.output.append(content)
                try file.commit()
            case .newDirectory, .entryOfADirectory, .twoDirectories:
                let log =
                    self == .twoDirectories
                    ? try StagedDirectory(destination: directory("log"), outputs: outputs) : nil
                let stage = try StagedDirectory(
                    destination: directory("out"),
                    entry: self == .twoDirectories ? nil : "member",
                    outputs: outputs
                )
                try stage.makeSubdirectory("snap/old")
                for stage in [stage, log].compactMap(\.self) {
                    let file = try stage.makeFile("db")
                    try file.append(content)
                    try file.extend(to: 8192)
                    try file.synchronize()
                    try file.close()
                }
                try StagedDirectory.commit([log, stage].compactMap(\.self))
            }
        }

        /// Whether the new content is there and complete; else what was there before must be.
        func isThere(in directory: TemporaryDirectory) throws -> Bool {
            switch self {
            case .file, .replacingFile:
                let content = contents(of: directory("out"))
                if content == [UInt8](repeating: 5, count: 5000) { return true }
                #expect(content == (self == .file ? nil : [9]))
            case .newDirectory, .twoDirectories, .entryOfADirectory:
                let place = self == .twoDirectories ? directory("out") : directory("out/member")
                if FileManager.default.fileExists(atPath: place) {
                    #expect(contents(of: place + "/db")?.count == 8192)
                    #expect(FileManager.default.fileExists(atPath: place + "/snap/old"))
                    return true
                }
            }
            return false
        }
    }

    @Test(arguments: Output.allCases, [Errno.ioError, .noSpace])
    func anErrorOfAnyCallNamesItAndLeavesNothing(output: Output, cause: Errno) throws {
        var failed: Set<String> = []
        for number in 0... {
            let directory = try TemporaryDirectory()
            try output.prepare(in: directory)
            let fault = FileFault(.error(cause), after: number, below: directory.path)
            let result = Result { try output.write(in: directory) }
            let calls = fault.end()
            guard number < calls.count else {
                _ = try result.get()
                #expect(try directory.entries == output.after)
                break
            }
            let call = calls[number]
            failed.insert(call.doing)
            guard case .failure(let error) = result else {
                // Looking for what killed runs left is no part of the work, and a file system may have no locks.
                #expect(["list", "lock", "open"].contains(call.doing), "\(call)")
                #expect(try output.isThere(in: directory))
                continue
            }
            let told = try #require(error as? FileError)
            #expect(told.reason == .system(doing: call.doing, cause), "\(call): \(told)")
            #expect(told.description.contains(directory("")) || told.path == directory.path, "\(told)")
            #expect(try directory.entries == output.before, "\(call)")
            // The older file is gone once the new one has its name.
            if output != .replacingFile {
                #expect(try !output.isThere(in: directory), "\(call)")
            }
        }
        #expect(failed.isSuperset(of: ["create", "set the mode of", "write", "sync", "close", "rename to"]))
    }

    /// As when the power goes: what is not under its final name then may stay, but only under its temporary one.
    @Test(arguments: Output.allCases)
    func whenNoCallIsMadeAnyMoreTheOutputIsThereCompleteOrNotAtAll(output: Output) throws {
        var points = 0
        for number in 0... {
            let directory = try TemporaryDirectory()
            try output.prepare(in: directory)
            let fault = FileFault(.stop, after: number, below: directory.path)
            let result = Result { try output.write(in: directory) }
            guard number < fault.end().count else {
                _ = try result.get()
                break
            }
            points += 1
            let isThere = try output.isThere(in: directory)
            let left = try directory.entries.filter { !output.after.contains($0) }
            #expect(left.allSatisfy { $0.hasPrefix(".out.") || $0.hasPrefix(".log.") }, "\(number): \(left)")
            guard !isThere, !FileManager.default.fileExists(atPath: directory("log")) else { continue }
            // Another run works, and clears that away.
            try output.write(in: directory)
            #expect(try output.isThere(in: directory))
            #expect(try directory.entries == output.after, "\(number)")
        }
        #expect(points > 8)
    }

    @Test(arguments: Output.allCases)
    func aDiskThatIsFullFromSomeCallOnIsNamed(output: Output) throws {
        for number in 0... {
            let directory = try TemporaryDirectory()
            try output.prepare(in: directory)
            let fault = FileFault(.full, after: number, below: directory.path)
            let result = Result { try output.write(in: directory) }
            let count = fault.end().count
            if case .failure(let error) = result {
                let told = try #require(error as? FileError)
                #expect(told.description.contains("No space left on device"), "\(told)")
                #expect(try directory.entries == output.before)
            } else {
                #expect(try output.isThere(in: directory))
                if number >= count { break }
            }
        }
    }

    /// A signal that interrupts a call is no error.
    @Test(arguments: Output.allCases)
    func anInterruptedCallIsMadeAgain(output: Output) throws {
        for number in 0... {
            let directory = try TemporaryDirectory()
            try output.prepare(in: directory)
            let fault = FileFault(.error(.interrupted), after: number, below: directory.path)
            let result = Result { try output.write(in: directory) }
            let calls = fault.end()
            guard number < calls.count else { break }
            if ["examine", "list"].contains(calls[number].doing) { continue }
            _ = try result.get()
            #expect(try directory.entries == output.after, "\(calls[number])")
        }
    }

    /// A process that clears leftovers away can meet a directory before its maker has locked it.
    @Test func aDirectoryThatIsTakenForALeftoverWhileItIsMadeIsMadeAgain() throws {
        func write(failingAt number: Int) throws -> [FileFault.Call] {
            let directory = try TemporaryDirectory()
            let fault = FileFault(.error(.noSuchFileOrDirectory), after: number, below: directory.path)
            let result = Result { try Output.newDirectory.write(in: directory) }
            let calls = fault.end()
            _ = try result.get()
            #expect(try directory.entries == Output.newDirectory.after)
            return calls
        }
        let calls = try write(failingAt: .max)
        let setsMode = try #require(calls.firstIndex { $0.doing == "set the mode of" })
        let again = try write(failingAt: setsMode)
        #expect(again.count > calls.count)
        #expect(again[setsMode].doing == "set the mode of")
    }

    @Test func aFullFileSystemIsSaidBeforeAnythingIsWritten() throws {
        let directory = try TemporaryDirectory()
        let fault = FileFault(.full, after: 0, below: directory.path)
        #expect(throws: FileError(.noSpace(needed: 1, free: 0), path: directory.path)) {
            try FreeSpace.require(1, in: directory.path)
        }
        fault.end()
        try FreeSpace.require(1, in: directory.path)
        let broken = FileFault(.error(.ioError), after: 0, below: directory.path)
        #expect(
            throws: FileError(
                .system(doing: "examine the file system of", .ioError),
                path: directory.path
            )
        ) { try FreeSpace.require(1, in: directory.path) }
        broken.end()
    }

    @Test func callsElsewhereDoNotCount() throws {
        let directory = try TemporaryDirectory()
        let other = try TemporaryDirectory()
        let fault = FileFault(.stop, after: 0, below: directory.path)
        defer { fault.end() }
        try Output.file.write(in: other)
        #expect(fault.calls == [])
        #expect(throws: FileError.self) { try Output.file.write(in: directory) }
    }
}
