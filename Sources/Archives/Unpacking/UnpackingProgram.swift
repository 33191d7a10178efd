import CChildPrograms
import Files
import Glibc
import SystemPackage

/// A program that reads a packed file and writes what is in it, for formats that are not read here.
struct UnpackingProgram {
    let format: ArchiveFormat
    /// The program's file.
    private let path: String

    /// Looks for the program in some directories.
    ///
    /// - Throws: `.programMissing`.
    init(for format: ArchiveFormat, in directories: [String]) throws(ArchiveError) {
        // A relative directory would mean another place for whoever starts it.
        let paths = directories.filter { $0.hasPrefix("/") }.map { "\($0)/\(format.rawValue)" }
        guard let path = paths.first(where: { access($0, X_OK) == 0 && !isDirectory(path: $0) }) else {
            throw .programMissing(format)
        }
        self.format = format
        self.path = path
    }

    private var arguments: [String] {
        let words = ["--decompress", "--stdout", "--quiet"]
        let memory = "\(Self.memoryLimit >> 20)MiB"
        return words
            + (self.format == .xz
                ? ["--format=xz", "--memlimit-decompress=\(memory)"] : ["--memory=\(memory)"])
    }

    /// What a program may use, in bytes; its strongest ordinary setting needs less.
    private static let memoryLimit = 256 << 20

    /// Runs it.
    ///
    /// - Parameters:
    ///   - file: What it reads, from the first byte.
    ///   - outputs: Who kills it when this process is interrupted.
    ///   - receive: Gets what it writes, in portions.
    /// - Throws: `.damaged` when the program fails, `.file` when it cannot be started or read; what `receive` throws.
    func unpack(
        _ file: MappedFile,
        outputs: StagedOutputs,
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var output: CInt = -1
        let process = try self.start(on: file, outputs, &output)
        do {
            try forEachPortion(of: output, path: self.path, receive)
        } catch {
            close(output)
            kill(process, SIGKILL)
            _ = outputs.endProgram(process, reap: exitStatus)
            throw error
        }
        close(output)
        waitForEnd(of: process)
        let status = outputs.endProgram(process, reap: exitStatus)
        guard status == 0 else {
            throw .damaged(
                self.format,
                "\(self.path) cannot unpack it, or not with \(Self.memoryLimit >> 20) MiB of memory; "
                    + "its exit code is \(status)"
            )
        }
    }

    private func start(
        on file: MappedFile,
        _ outputs: StagedOutputs,
        _ output: inout CInt
    ) throws(ArchiveError) -> pid_t {
        var pipe: CInt = -1
        defer { output = pipe }
        do {
            return try outputs.beginProgram(self.path) {
                try file.withDescriptorAtStart { input in
                    try spawn([self.path] + self.arguments, input, &pipe)
                }
            }
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .programMissing(self.format)
        }
    }
}

private func spawn(_ words: [String], _ input: CInt, _ output: inout CInt) throws(FileError) -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    let process = registree_start_filter(&arguments, input, &output)
    guard process > 0 else {
        throw FileError(.system(doing: "start", Errno(rawValue: -process)), path: words[0])
    }
    return process
}

/// Waits for a program's end and leaves it to be reaped: whoever reaps it keeps it from being killed.
private func waitForEnd(of process: pid_t) {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
}

/// Waits for a program's end; 128 and the signal's number when a signal ended it.
private func exitStatus(of process: pid_t) -> CInt {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
}

/// Reads a pipe to its end.
private func forEachPortion(
    of descriptor: CInt,
    path: String,
    _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
) throws(ArchiveError) {
    let reader = DescriptorReader(descriptor, path: path)
    while true {
        let part: UnsafeRawBufferPointer
        do { part = try reader.next() } catch { throw .file(error) }
        if part.isEmpty { return }
        try body(part)
    }
}
