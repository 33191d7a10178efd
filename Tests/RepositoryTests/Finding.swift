/// A rule that a file breaks, and where; equal to a line that an editor can jump to.
struct Finding: Hashable, CustomStringConvertible {
    var file: String
    var line: Int?
    var rule: String

    var description: String {
        if let line { "\(self.file):\(line): \(self.rule)" } else { "\(self.file): \(self.rule)" }
    }
}

/// A text file of this project.
struct SourceFile {
    /// Path from the top level, with `/`.
    var path: String
    var text: String

    /// The target that it belongs to: the folder below `Sources/` or `Tests/`.
    var target: String { String(self.path.split(separator: "/").dropFirst().first ?? "") }

    var lines: [Substring] { self.text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// Whether a program wrote it: protoc's output is committed, but nobody reads it.
    var isGenerated: Bool { self.path.hasSuffix(".pb.swift") || self.path.hasSuffix(".grpc.swift") }
}
