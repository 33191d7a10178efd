/// What a program said and how it ended.
public struct ProgramResult: Sendable {
    /// The exit code; 128 + signal number when a signal ended it, as a shell counts.
    public var exitCode: Int32
    /// The signal that ended it, if one did: SIGILL or SIGTRAP is a trap in Swift code.
    public var signal: Int32?
    public var standardOutput: [UInt8]
    public var standardError: [UInt8]

    /// Standard output as text.
    public var output: String { String(decoding: self.standardOutput, as: UTF8.self) }

    /// Standard error as text.
    public var errors: String { String(decoding: self.standardError, as: UTF8.self) }

    /// Standard output's lines, without the empty one after the last line break.
    public var lines: [String] {
        self.output.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast(self.output.hasSuffix("\n") || self.output.isEmpty ? 1 : 0)
            .map(String.init)
    }
}

/// A program that could not be run, or that did not do what a test needs from it.
public struct ProgramError: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
