import Files

/// What comes out of a packed file: a tar, which is taken apart at once, or the one file that was packed.
struct ContentStream {
    private enum Content {
        /// Too few bytes have come to tell; these.
        case unknown([UInt8])
        case tar(TarStream)
        case file
    }

    private let receiver: any EntryReceiver
    private let limits: UnpackingLimits
    private let name: String
    private let hint: Int
    private var content = Content.unknown([])

    /// - Parameters:
    ///   - receiver: Who gets the files.
    ///   - limits: Who counts.
    ///   - name: What the one file is called.
    ///   - hint: How long the content is, as far as that is known, in bytes.
    init(_ receiver: any EntryReceiver, _ limits: UnpackingLimits, name: String, hint: Int) {
        self.receiver = receiver
        self.limits = limits
        self.name = name
        self.hint = hint
    }

    /// Takes the bytes that come next.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        switch self.content {
        case .file: try self.receiver.append(bytes)
        case .tar(var tar):
            try tar.append(bytes)
            self.content = .tar(tar)
        case .unknown(var first):
            let count = min(bytes.count, TarHeader.byteCount - first.count)
            first += bytes[..<count]
            self.content = .unknown(first)
            guard first.count == TarHeader.byteCount else { return }
            try self.tell(first)
            try self.append(UnsafeRawBufferPointer(rebasing: bytes[count...]))
        }
    }

    /// Says that no more bytes come.
    mutating func finish() throws(ArchiveError) {
        if case .unknown(let first) = self.content { try self.tell(first) }
        switch self.content {
        case .tar(let tar): try tar.finish()
        case .file, .unknown: try self.receiver.end()
        }
    }

    /// Decides what the content is, by its first bytes, and hands these on.
    private mutating func tell(_ first: [UInt8]) throws(ArchiveError) {
        let isTar = first.span.bytes.withUnsafeBytes { ArchiveFormat(beginning: $0) == .tar }
        // The bytes may lie in `content`: it takes its new value when they have been handed on.
        guard isTar else {
            try self.receiver.begin(self.name, hint: self.hint)
            try first.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
                try self.receiver.append(bytes)
            }
            self.content = .file
            return
        }
        var tar = TarStream(self.receiver, self.limits)
        try first.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try tar.append(bytes) }
        self.content = .tar(tar)
    }
}
