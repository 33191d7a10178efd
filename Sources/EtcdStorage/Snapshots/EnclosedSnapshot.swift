import Bolt
import Crypto
public import Files
import Glibc

/// A sound snapshot in a file that holds more than it.
///
/// A program's messages or a prompt may come before it, a line feed or zeros behind its digest, and a terminal
/// between `kubectl exec` and the file puts a carriage return before each of its line feeds. That its digest matches
/// leaves no doubt of what it was.
public struct EnclosedSnapshot: Hashable, Sendable {
    /// Bytes before it; where there are carriage returns, counted without them, as all that follows.
    public var before: Int
    /// Its length, digest included, in bytes.
    public var byteCount: Int
    /// Bytes behind it.
    public var after: Int
    /// Nil when its line feeds are as they were.
    public var carriageReturns: CarriageReturns?

    /// A carriage return stands before each line feed of the file, and that one too many.
    public enum CarriageReturns: Hashable, Sendable {
        /// The file's last byte is a line feed.
        case endingInOne
        /// It is another one.
        case endingInOther
    }

    /// How far into the file a database may begin, in bytes.
    static let searchedByteCount = 1 << 20

    /// Looks for one in `file`, and reads as much of the file as it takes to prove it.
    ///
    /// - Returns: Nil when there is none, or when the file is that snapshot and nothing else.
    public init?(in file: MappedFile) {
        let found = file.withBytes { bytes in
            bytes.withUnsafeBytes { Self.search($0, carriageReturns: nil) ?? Self.searchLineFeeds($0) }
        }
        guard let found, (try? file.checkUnchanged()) != nil else { return nil }
        self = found
    }

    private init(before: Int, byteCount: Int, after: Int, carriageReturns: CarriageReturns?) {
        self.before = before
        self.byteCount = byteCount
        self.after = after
        self.carriageReturns = carriageReturns
    }

    /// The same where all line feeds have a carriage return.
    private static func searchLineFeeds(_ bytes: UnsafeRawBufferPointer) -> EnclosedSnapshot? {
        guard let last = bytes.last else { return nil }
        let isLineFeed = last == UInt8(ascii: "\n")
        return Self.search(bytes, carriageReturns: isLineFeed ? .endingInOne : .endingInOther)
    }

    private static func search(
        _ bytes: UnsafeRawBufferPointer,
        carriageReturns: CarriageReturns?
    ) -> EnclosedSnapshot? {
        var beginning: [UInt8] = []
        let searched = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.searchedByteCount))
        if carriageReturns == nil {
            guard let place = DatabasePlace(in: searched.bytes) else { return nil }
            return Self.prove(place, in: bytes, nil)
        }
        guard withoutCarriageReturns(searched, isWhole: searched.count == bytes.count, { beginning += $0 })
        else { return nil }
        guard beginning.count < searched.count, let place = DatabasePlace(in: beginning.span.bytes) else {
            return nil
        }
        return Self.prove(place, in: bytes, carriageReturns)
    }

    /// Compares the digest behind the database at `place` with its bytes.
    private static func prove(
        _ place: DatabasePlace,
        in bytes: UnsafeRawBufferPointer,
        _ carriageReturns: CarriageReturns?
    ) -> EnclosedSnapshot? {
        let digestByteCount = EtcdDatabase.digestByteCount
        let (end, overflows) = place.start.addingReportingOverflow(place.byteCount)
        guard !overflows, end <= bytes.count - digestByteCount else { return nil }
        var proof = DigestProof(databaseAt: place.start..<end)
        if carriageReturns == nil {
            let isWholeFile = place.start == 0 && end == bytes.count - digestByteCount
            // A database that was copied from a data directory has free pages there, often zeros.
            let stored = bytes[end..<end + digestByteCount]
            guard !isWholeFile, stored.contains(where: { $0 != 0 }) else { return nil }
            proof.update(bytes)
        } else {
            guard withoutCarriageReturns(bytes, isWhole: true, { proof.update($0) }) else { return nil }
        }
        guard proof.matches else { return nil }
        return EnclosedSnapshot(
            before: place.start,
            byteCount: place.byteCount + digestByteCount,
            after: proof.position - end - digestByteCount,
            carriageReturns: carriageReturns
        )
    }
}

/// Where a database begins, and how long it says that it is.
private struct DatabasePlace {
    var start: Int
    /// In bytes.
    var byteCount: Int

    /// Finds the first meta page in `bytes`.
    init?(in bytes: RawSpan) {
        guard let start = firstMetaPage(in: bytes),
            let meta = try? Meta.newest(in: bytes.extracting(start...))
        else { return nil }
        let length = meta.highWater.rawValue.multipliedReportingOverflow(by: UInt64(meta.pageSize))
        guard !length.overflow, let byteCount = Int(exactly: length.partialValue) else { return nil }
        self.start = start
        self.byteCount = byteCount
    }
}

/// The offset of the first valid meta page 0 in `bytes`; nil when there is none.
func firstMetaPage(in bytes: RawSpan) -> Int? {
    let headerByteCount = PageHeader.byteCount
    guard bytes.byteCount >= headerByteCount + Meta.byteCount else { return nil }
    for start in 0...bytes.byteCount - headerByteCount - Meta.byteCount {
        let magic = bytes.unsafeLoadUnaligned(fromByteOffset: start + headerByteCount, as: UInt32.self)
        guard UInt32(littleEndian: magic) == Meta.magic,
            let header = try? PageHeader(reading: bytes, at: start, page: PageID(0)),
            header.kind == .meta,
            (try? Meta(reading: bytes, at: start + headerByteCount, page: PageID(0))) != nil
        else { continue }
        return start
    }
    return nil
}

/// Hands out `bytes` in runs, without the carriage return before each line feed.
///
/// - Parameters:
///   - bytes: The bytes.
///   - isWhole: Whether they end where the file does; else a carriage return at their end may belong to a line feed.
///   - body: Gets the runs, in order.
/// - Returns: False when a line feed has no carriage return; then not all was handed out.
private func withoutCarriageReturns(
    _ bytes: UnsafeRawBufferPointer,
    isWhole: Bool,
    _ body: (UnsafeRawBufferPointer) -> Void
) -> Bool {
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var (start, searched) = (0, 0)
    while let base = bytes.baseAddress,
        let place = memchr(base + searched, CInt(lineFeed), bytes.count - searched)
    {
        let found = UnsafeRawPointer(place) - base
        guard found > start, bytes[found - 1] == carriageReturn else { return false }
        body(UnsafeRawBufferPointer(rebasing: bytes[start..<found - 1]))
        (start, searched) = (found, found + 1)
    }
    let end = !isWhole && bytes.last == carriageReturn ? bytes.count - 1 : bytes.count
    body(UnsafeRawBufferPointer(rebasing: bytes[start..<max(start, end)]))
    return true
}

/// Hashes the part of some bytes that is a database, and keeps the digest behind it.
private struct DigestProof {
    private let database: Range<Int>
    private var hasher = SHA256()
    private var stored: [UInt8] = []
    /// How many bytes there were until now.
    private(set) var position = 0

    init(databaseAt range: Range<Int>) {
        self.database = range
    }

    /// Takes the bytes that come next.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let range = self.position..<self.position + bytes.count
        let hashed = range.clamped(to: self.database)
        if !hashed.isEmpty {
            let part = bytes[hashed.lowerBound - self.position..<hashed.upperBound - self.position]
            self.hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: part))
        }
        let end = self.database.upperBound
        let kept = range.clamped(to: end..<end + EtcdDatabase.digestByteCount)
        if !kept.isEmpty {
            self.stored += bytes[kept.lowerBound - self.position..<kept.upperBound - self.position]
        }
        self.position = range.upperBound
    }

    /// Whether the database's bytes have the digest that follows them.
    var matches: Bool { Array(self.hasher.finalize()) == self.stored }
}
