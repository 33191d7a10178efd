import Glibc
import KubernetesCodec
import Operations
import Presentation
import SystemPackage

/// Standard output, gathered into large writes.
///
/// Data goes here; everything else to standard error.
struct Output: OutputSink, ~Copyable {
    private var buffer: [UInt8] = []
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private static let capacity = 1 << 16

    init() {
        self.buffer.reserveCapacity(Self.capacity)
    }

    /// Writes out what a command gathered before it failed.
    deinit {
        _ = try? FileDescriptor.standardOutput.writeAll(self.buffer)
    }

    mutating func write(_ text: String) throws {
        self.buffer.append(contentsOf: text.utf8)
        if self.buffer.count >= Self.capacity { try self.flush() }
    }

    /// Escapes controls when standard output is a terminal.
    mutating func write(stored bytes: RawSpan) throws {
        guard self.isTerminal else { return try self.write(bytes) }
        try self.write(terminalText(bytes.withUnsafeBytes { Array($0) }))
    }

    /// Escapes controls but line ends and tabs when standard output is a terminal.
    mutating func write(lines bytes: RawSpan) throws {
        guard self.isTerminal else { return try self.write(bytes) }
        try self.write(terminalLines(bytes.withUnsafeBytes { Array($0) }))
    }

    /// Escapes controls as JSON does when standard output is a terminal.
    mutating func write(json bytes: RawSpan) throws {
        guard self.isTerminal else { return try self.write(bytes) }
        try self.write(terminalJSON(bytes.withUnsafeBytes { Array($0) }))
    }

    mutating func write(_ bytes: RawSpan) throws {
        bytes.withUnsafeBytes { self.buffer.append(contentsOf: $0) }
        if self.buffer.count >= Self.capacity { try self.flush() }
    }

    /// Writes out what is gathered; a reader that has gone away ends the process quietly, as for any filter.
    mutating func flush() throws {
        // What could not be written is not written again.
        defer { self.buffer.removeAll(keepingCapacity: true) }
        do {
            try FileDescriptor.standardOutput.writeAll(self.buffer)
        } catch let error as Errno where error == .brokenPipe {
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
    }

    /// Writes all of `text` at once.
    static func print(_ text: String) throws {
        var output = Output()
        try output.write(text)
        try output.flush()
    }

    /// Writes JSON text at once.
    static func print(json text: String) throws {
        var output = Output()
        try output.write(json: text)
        try output.flush()
    }

    /// Writes a whole object at once.
    static func print(_ value: Value, as format: WholeObjectFormat) throws {
        let text = format.text
        var bytes: [UInt8] = []
        text.append(value, to: &bytes)
        var output = Output()
        try text.write(bytes, to: &output)
        try output.flush()
    }

    /// Writes a report at once.
    static func print(_ report: some Report, as format: ReportFormat) throws {
        switch format {
        case .table: try self.print(report.text)
        case .json: try self.print(json: report.json())
        }
    }
}

/// Tells a person what to know of a source.
func note(_ notes: [SourceNote]) { note(notes.map(\.line)) }

/// Writes lines for people to standard error.
func note(_ lines: [String]) {
    for line in lines { note(line) }
}

/// Writes a line for people to standard error, harmless on a terminal; a failure to do so changes nothing.
func note(_ line: String) {
    let safe = line.split(separator: "\n", omittingEmptySubsequences: false).map { terminalText(String($0)) }
    _ = try? FileDescriptor.standardError.writeAll((safe.joined(separator: "\n") + "\n").utf8)
}
