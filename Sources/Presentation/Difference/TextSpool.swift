import Files

/// Text that is printed behind what is known only at its end: a little in memory, more in a file without a name.
struct TextSpool {
    private static let memoryLimit = 16 << 20
    private static let partByteCount = 1 << 20

    private let directory: String
    private var text: [UInt8] = []
    private var file: OutputFile?

    /// - Parameter directory: Where the file goes.
    init(in directory: String) {
        self.directory = directory
    }

    mutating func append(_ text: [UInt8]) throws(FileError) {
        self.text += text
        guard self.text.count > Self.memoryLimit else { return }
        let file = try self.openedFile()
        try file.append(self.text)
        self.text.removeAll(keepingCapacity: true)
    }

    private mutating func openedFile() throws(FileError) -> OutputFile {
        if let file { return file }
        let made = try OutputFile(namelessIn: self.directory)
        self.file = made
        return made
    }

    /// Calls `body` with the text, part by part.
    func forEachPart(_ body: (RawSpan) throws -> Void) throws {
        if let file = self.file {
            try file.mapped().withBytes { bytes in
                var start = 0
                while start < bytes.byteCount {
                    let end = min(start + Self.partByteCount, bytes.byteCount)
                    try body(bytes.extracting(start..<end))
                    start = end
                }
            }
        }
        if !self.text.isEmpty { try body(self.text.span.bytes) }
    }
}
