import EtcdStorage
import Files
import Glibc
import SystemPackage

/// Where SQLite may read a database, so that nothing is written to the file or beside it.
///
/// A file without a log is read where it lies, as one that nobody changes; that nobody did is checked at the end. What is
/// committed may also lie in a log beside it, as it does while k3s runs:
///
///     beside it    what it holds
///     …-wal        changes that are not in the file yet (write-ahead log)
///     …-journal    what the file held before a change that was not finished (rollback journal)
///
/// To read with a log SQLite writes, so a copy of both is read, in a directory of our own, mode 0700, which is removed
/// afterwards. The copy is one state of the database, also while k3s writes:
///
/// - The file's copy is compared with the file once it is complete, so it is what the file held at that moment.
/// - The log is copied later, and only grows until it is begun anew. Then its head changes, and all is copied again.
/// - A change that was only half in the log is left out by SQLite, which checks the log's sums.
///
/// A rollback journal that names the journal of several databases is refused: SQLite would delete that one.
///
/// Source: sqlite.org, "Write-Ahead Logging", "WAL-mode File Format" and "Database File Format".
final class SQLitePlace {
    /// The path that was asked for, which errors name.
    let path: String
    /// What SQLite opens.
    let uri: String
    /// Bytes of the file and its logs.
    let byteCount: Int

    private let scratch: ScratchDirectory?
    private let original: MappedFile

    var isCopy: Bool { self.scratch != nil }

    private static let attempts = 8

    /// Finds the file at `path` and what lies beside it, and copies what has to be.
    ///
    /// - Throws: `.file`; `.kine(.busy)` when the log was begun anew during each of several copies.
    init(path: String, scratchDirectory: String) throws(StorageError) {
        self.path = path
        do throws(FileError) {
            let place = realPath(path)
            self.original = try MappedFile(path: place, locking: .none)
            guard try Self.logPath(of: path) != nil else {
                self.scratch = nil
                self.uri = "file:\(escaped(place))?immutable=1"
                self.byteCount = self.original.byteCount
                return
            }
            let scratch = try ScratchDirectory(in: scratchDirectory, purpose: "kine")
            self.scratch = scratch
            self.uri = "file:\(escaped(scratch.path))/state.db"
            var byteCount: Int?
            for _ in 0..<Self.attempts where byteCount == nil {
                byteCount = try Self.copy(place, to: scratch.path)
            }
            guard let byteCount else { throw FileError(.changed, path: path) }
            self.byteCount = byteCount
        } catch {
            throw StorageError(error.reason == .changed ? .kine(.busy) : .file(error), path: path)
        }
        try self.checkJournal()
    }

    /// Throws for a journal that ends as one of several databases does: with their journal's name, and the magic number.
    private func checkJournal() throws(StorageError) {
        guard let scratch else { return }
        let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        var isShared = false
        do {
            if let file = try SQLiteLog.journal.file(beside: "\(scratch.path)/state.db") {
                isShared = file.withBytes { bytes in
                    bytes.withUnsafeBytes { $0.suffix(magic.count).elementsEqual(magic) }
                }
                try file.checkUnchanged()
            }
        } catch {
            throw StorageError(.file(error), path: self.path)
        }
        guard !isShared else {
            let problem = "its rollback journal belongs to several databases"
            throw StorageError(.kine(.unreadable(problem)), path: self.path)
        }
    }

    /// The first log with content beside the file at `path`; nil when there is none.
    static func logPath(of path: String) throws(FileError) -> String? {
        let place = realPath(path)
        for log in SQLiteLog.all where try log.file(beside: place) != nil { return place + log.suffix }
        return nil
    }

    /// Copies the file and its logs into the directory.
    ///
    /// - Returns: How many bytes they have; nil when they changed meanwhile so that they may not belong together.
    /// - Throws: What reading and writing throws: no copy is shorter than what was to be copied.
    private static func copy(_ place: String, to directory: String) throws(FileError) -> Int? {
        do throws(FileError) {
            return try self.copyOnce(place, to: directory)
        } catch {
            // A log is cut or removed when it has been written into the file.
            switch error.reason {
            case .shrank, .system(_, .noSuchFileOrDirectory): return nil
            default: throw error
            }
        }
    }

    private static func copyOnce(_ place: String, to directory: String) throws(FileError) -> Int? {
        var heads: [[UInt8]?] = []
        for log in SQLiteLog.all { heads.append(try log.headBytes(beside: place)) }
        let main = try MappedFile(path: place, locking: .none)
        let copy = try self.copy(main, to: directory)
        guard try main.holds(copy.mapped()) else { return nil }
        var byteCount = copy.byteCount
        try copy.close()
        for (log, head) in zip(SQLiteLog.all, heads) {
            if head != nil {
                guard let file = try log.file(beside: place) else { return nil }
                let copy = try self.copy(file, to: directory, suffix: log.suffix)
                byteCount += copy.byteCount
                try copy.close()
            }
            guard try log.headBytes(beside: place) == head else { return nil }
        }
        return byteCount
    }

    /// Copies a file to a new one, which has yet to be closed; one that an earlier attempt left there goes.
    private static func copy(
        _ file: MappedFile,
        to directory: String,
        suffix: String = ""
    ) throws(FileError) -> OutputFile {
        try FreeSpace.require(UInt64(file.byteCount), in: directory)
        let path = "\(directory)/state.db\(suffix)"
        _ = unlink(path)
        let copy = try OutputFile(creating: path)
        try copy.copyContents(ofFileAt: file.path)
        return copy
    }

    /// Throws unless what was read is what the file held all the time.
    ///
    /// - Throws: `.file`.
    func checkUnchanged() throws(StorageError) {
        guard !self.isCopy else { return }
        do throws(FileError) {
            try self.original.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: self.path)
        }
    }
}

/// A file beside a database, of which some bytes tell whether it was begun anew.
private struct SQLiteLog {
    var suffix: String
    /// The salts of a write-ahead log; the random number and the sizes of a rollback journal.
    var head: Range<Int>

    static let journal = SQLiteLog(suffix: "-journal", head: 12..<28)
    static let all = [SQLiteLog(suffix: "-wal", head: 0..<32), journal]

    /// The log beside the file at `place`; nil when there is none or it is empty.
    func file(beside place: String) throws(FileError) -> MappedFile? {
        let file: MappedFile
        do {
            file = try MappedFile(path: place + self.suffix, locking: .none)
        } catch {
            if error.reason == .missing { return nil }
            throw error
        }
        return file.byteCount > 0 ? file : nil
    }

    func headBytes(beside place: String) throws(FileError) -> [UInt8]? {
        guard let file = try self.file(beside: place) else { return nil }
        let head = file.withBytes { bytes in
            bytes.withUnsafeBytes { Array($0.prefix(self.head.upperBound).dropFirst(self.head.lowerBound)) }
        }
        try file.checkReadable()
        return head
    }
}

extension MappedFile {
    /// Whether the file holds the same bytes as a copy of it, now that the copy is complete.
    ///
    /// - Throws: `.shrank` or `.unreadable`.
    fileprivate func holds(_ copy: MappedFile) throws(FileError) -> Bool {
        let isSame = self.withBytes { bytes in
            copy.withBytes { copied in
                bytes.withUnsafeBytes { left in
                    copied.withUnsafeBytes { right in
                        guard let one = left.baseAddress, let other = right.baseAddress else {
                            return left.isEmpty && right.isEmpty
                        }
                        return left.count == right.count && memcmp(one, other, left.count) == 0
                    }
                }
            }
        }
        try self.checkReadable()
        try copy.checkUnchanged()
        return isSame
    }
}

/// The path of what `path` leads to, by which SQLite names the files beside it; `path` itself when there is none.
private func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The path as it stands in a URI.
///
/// Source: sqlite.org, "Uniform Resource Identifiers".
private func escaped(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var escaped: [UInt8] = []
    for byte in path.utf8 {
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
            escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: escaped.append(byte)
        }
    }
    return String(decoding: escaped, as: UTF8.self)
}
