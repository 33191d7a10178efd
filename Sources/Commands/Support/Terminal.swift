import Glibc
import SystemPackage

/// Columns of the terminal that standard output is; nil when it is not a terminal.
func terminalWidth() -> Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else {
        return nil
    }
    return Int(size.ws_col)
}

/// Everything that comes on standard input.
///
/// - Throws: `Failure` when it is more than `limit` bytes, or cannot be read.
func standardInput(upTo limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = try buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
        guard bytes.count <= limit else {
            throw Failure("standard input has more than \(limit >> 20) MiB", status: .badInput)
        }
    }
}

/// Asks on the terminal and reads a line that is not shown.
///
/// - Throws: When standard input is not a terminal; `.interrupted` for Ctrl-C.
func readPassword(prompt: String) throws -> String {
    let input = FileDescriptor.standardInput
    var shown = termios()
    guard tcgetattr(input.rawValue, &shown) == 0 else {
        throw Failure(
            "no password is given, and there is no terminal to ask on",
            advice: "set ETCDCTL_PASSWORD, or give --password-file",
            status: .badInput
        )
    }
    var hidden = shown
    // Ctrl-C is read as a byte.
    hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    let showAgain: @Sendable () -> Void = { [shown] in
        _ = withUnsafePointer(to: shown) { tcsetattr(input.rawValue, TCSAFLUSH, $0) }
    }
    return try Signals.withLastAct(showAgain) {
        tcsetattr(input.rawValue, TCSAFLUSH, &hidden)
        defer { showAgain() }
        _ = try FileDescriptor.standardError.writeAll(prompt.utf8)
        let password = try readHiddenLine(input)
        _ = try FileDescriptor.standardError.writeAll("\n".utf8)
        return password
    }
}

private func readHiddenLine(_ input: FileDescriptor) throws -> String {
    var line: [UInt8] = []
    var byte: [UInt8] = [0]
    while line.count < 4096, try byte.withUnsafeMutableBytes({ try input.read(into: $0) }) == 1 {
        switch byte[0] {
        case 0x0A, 0x0D, 0x04: return String(decoding: line, as: UTF8.self)
        case 0x03: throw ExitStatus.interrupted
        case 0x08, 0x7F: _ = line.popLast()
        case 0x15: line = []
        default: line.append(byte[0])
        }
    }
    return String(decoding: line, as: UTF8.self)
}
