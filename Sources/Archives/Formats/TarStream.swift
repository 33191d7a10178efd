/// Takes a tar file apart as its bytes come, and hands out the files in it.
///
/// Names are looked at and never used: nothing is written to where they lead. Source: as ``TarHeader``.
struct TarStream {
    /// What the next bytes are.
    private enum State {
        case header
        /// Content of a file.
        case content
        /// A long name or records, which are kept.
        case kept(TarHeader.Kind)
        case skipped
        /// Behind the block of zeros that ends it.
        case end
    }

    private let receiver: any EntryReceiver
    private let limits: UnpackingLimits
    private var state = State.header
    /// Of a header, or of what is kept.
    private var held: [UInt8] = []
    /// Bytes of the content that are still to come, and of the zeros behind it.
    private var left = 0
    private var padding = 0
    private var longName: String?
    private var extended = ExtendedRecords()

    /// The most bytes that a long name or the records of an entry may have.
    private static let longestKept = 1 << 20

    init(_ receiver: any EntryReceiver, _ limits: UnpackingLimits) {
        self.receiver = receiver
        self.limits = limits
    }

    /// Takes the bytes that come next.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try self.take(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Says that no more bytes come.
    func finish() throws(ArchiveError) {
        switch self.state {
        case .end: return
        case .header where self.held.isEmpty: return
        default: throw .damaged(.tar, "it is cut short")
        }
    }

    /// Takes some of the bytes; returns how many, which is 1 or more.
    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) -> Int {
        switch self.state {
        case .end:
            try self.limits.count(bytes.count)
            return bytes.count
        case .header:
            let count = min(bytes.count, TarHeader.byteCount - self.held.count)
            try self.limits.count(count)
            self.held += bytes[..<count]
            if self.held.count == TarHeader.byteCount { try self.readHeader() }
            return count
        case .content, .kept, .skipped:
            return try self.takeContent(bytes)
        }
    }

    private mutating func takeContent(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) -> Int {
        guard self.left > 0 else {
            let count = min(bytes.count, self.padding)
            try self.limits.count(count)
            self.padding -= count
            if self.padding == 0 { self.state = .header }
            return count
        }
        let count = min(bytes.count, self.left)
        let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        switch self.state {
        case .content: try self.receiver.append(part)
        case .kept:
            try self.limits.count(count)
            self.held += part
        case .skipped, .header, .end: try self.limits.count(count)
        }
        self.left -= count
        if self.left == 0 { try self.endContent() }
        return count
    }

    private mutating func endContent() throws(ArchiveError) {
        switch self.state {
        case .content: try self.receiver.end()
        case .kept(.longName): self.longName = String(decoding: self.held.prefix { $0 != 0 }, as: UTF8.self)
        case .kept: self.extended = try ExtendedRecords(self.held)
        case .skipped, .header, .end: break
        }
        self.held = []
        self.state = self.padding > 0 ? .skipped : .header
    }

    private mutating func readHeader() throws(ArchiveError) {
        let block = self.held
        self.held = []
        if block.allSatisfy({ $0 == 0 }) {
            self.state = .end
            return
        }
        let header = try block.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
            try TarHeader(bytes)
        }
        switch header.kind {
        case .longName, .extended:
            guard header.size <= Self.longestKept else {
                throw .contradiction(.tar, "a name of \(header.size) bytes")
            }
            try self.begin(.kept(header.kind), byteCount: header.size)
        case .file: try self.beginFile(header)
        case .sparse: throw .unsupported(.tar, "a sparse entry, \(quoted(header.name))")
        case .other:
            try self.begin(.skipped, byteCount: header.size)
            self.forgetExtensions()
        }
    }

    private mutating func beginFile(_ header: TarHeader) throws(ArchiveError) {
        let name = self.extended.path ?? self.longName ?? header.name
        if self.extended.isSparse { throw .unsupported(.tar, "a sparse entry, \(quoted(name))") }
        let size = self.extended.size ?? header.size
        self.forgetExtensions()
        guard size > 0 else { return try self.begin(.skipped, byteCount: 0) }
        try self.receiver.begin(name, hint: size)
        try self.begin(.content, byteCount: size)
    }

    private mutating func forgetExtensions() {
        self.longName = nil
        self.extended = ExtendedRecords()
    }

    private mutating func begin(_ state: State, byteCount: Int) throws(ArchiveError) {
        self.left = byteCount
        self.padding = (TarHeader.byteCount - byteCount % TarHeader.byteCount) % TarHeader.byteCount
        self.state = byteCount > 0 ? state : .header
        if byteCount == 0, case .kept = state { throw .damaged(.tar, "a name without a byte") }
    }
}

/// The records before an entry that say more of it: `<length> <name>=<value>`, each with a line feed at its end.
///
/// Source: POSIX.1-2017 `pax`, "pax Extended Header".
private struct ExtendedRecords {
    var path: String?
    /// In bytes.
    var size: Int?
    var isSparse = false

    init() {}

    init(_ bytes: [UInt8]) throws(ArchiveError) {
        var rest = bytes[...]
        while let digits = rest.firstIndex(of: 0x20).map({ rest[..<$0] }), !digits.isEmpty {
            guard digits.count <= 7, let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 1, length <= rest.count, rest[rest.startIndex + length - 1] == 0x0A
            else { throw .damaged(.tar, "a record of its extended header has no length") }
            let record = rest[(digits.endIndex + 1)..<(rest.startIndex + length - 1)]
            try self.read(record)
            rest = rest[(rest.startIndex + length)...]
        }
        guard rest.allSatisfy({ $0 == 0 }) else {
            throw .damaged(.tar, "its extended header does not end with a record")
        }
    }

    private mutating func read(_ record: ArraySlice<UInt8>) throws(ArchiveError) {
        guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
            throw .damaged(.tar, "a record of its extended header has no name")
        }
        let name = String(decoding: record[..<equals], as: UTF8.self)
        let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
        switch name {
        case "path": self.path = value
        case "size":
            guard let size = Int(value), size >= 0 else {
                throw .contradiction(.tar, "the size of an entry is no number")
            }
            self.size = size
        default: if name.hasPrefix("GNU.sparse.") { self.isSparse = true }
        }
    }
}
