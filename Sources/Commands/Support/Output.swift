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
    private let display: Display
    private static let capacity = 1 << 16

    /// - Throws: `Errno` when the pager cannot be started.
    init(_ display: Display = .plain) throws {
        self.display = display
        self.buffer.reserveCapacity(Self.capacity)
        if let pager = display.pager { try Pager.start(pager) }
    }

    var appearance: Appearance { self.display.appearance }

    /// Writes out what a command gathered before it failed.
    deinit {
        _ = try? FileDescriptor.standardOutput.writeAll(self.buffer)
    }

    mutating func write(_ text: String) throws {
        self.buffer.append(contentsOf: text.utf8)
        if self.buffer.count >= Self.capacity { try self.flush() }
    }

    /// Escapes controls when a person will see them.
    mutating func write(stored bytes: RawSpan) throws {
        guard self.display.isForPerson else { return try self.write(bytes) }
        try self.write(terminalText(bytes.withUnsafeBytes { Array($0) }))
    }

    /// Escapes controls but line ends and tabs when a person will see them.
    mutating func write(lines bytes: RawSpan) throws {
        guard self.display.isForPerson else { return try self.write(bytes) }
        try self.write(terminalLines(bytes.withUnsafeBytes { Array($0) }))
    }

    /// Escapes controls as JSON does when a person will see them.
    mutating func write(json bytes: RawSpan) throws {
        guard self.display.isForPerson else { return try self.write(bytes) }
        try self.write(terminalJSON(bytes.withUnsafeBytes { Array($0) }))
    }

    mutating func write(_ bytes: RawSpan) throws {
        bytes.withUnsafeBytes { self.buffer.append(contentsOf: $0) }
        if self.buffer.count >= Self.capacity { try self.flush() }
    }

    /// Writes out what is gathered; a reader that has gone away ends the process quietly, as for any filter.
    ///
    /// - Throws: `ExitStatus.success` when a person has left the pager.
    mutating func flush() throws {
        // What could not be written is not written again.
        defer { self.buffer.removeAll(keepingCapacity: true) }
        do {
            try FileDescriptor.standardOutput.writeAll(self.buffer)
        } catch let error as Errno where error == .brokenPipe {
            if Pager.isRunning { throw ExitStatus.success }
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
    }

    /// Writes all of `text` at once.
    static func print(_ text: String, _ display: Display = .plain) throws {
        var output = try Output(display)
        try output.write(text)
        try output.flush()
    }

    /// Writes JSON text at once.
    static func print(json text: String, _ display: Display = .plain) throws {
        var output = try Output(display)
        try output.write(json: text)
        try output.flush()
    }

    /// Writes a whole object at once.
    static func print(_ value: Value, as format: WholeObjectFormat, _ display: Display) throws {
        let text = format.text
        var bytes: [UInt8] = []
        text.append(value, to: &bytes)
        var output = try Output(display)
        try text.write(bytes, to: &output)
        try output.flush()
    }

    /// Writes a report at once.
    static func print(_ report: some Report, as format: ReportFormat, _ display: Display = .plain) throws {
        switch format {
        case .table:
            let text = report.text(in: display.appearance.colors)
            try self.print(fitted(text, to: display.appearance.tableWidth), display)
        case .json: try self.print(json: report.json(), display)
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
    let text = safe.joined(separator: "\n")
    guard !Pager.keep(text) else { return }
    _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
}
