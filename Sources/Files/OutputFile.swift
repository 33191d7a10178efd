import CFileCalls
import Glibc
import SystemPackage

/// A new file that is written from front to back through a buffer, with a way back to fill in a header.
///
/// The name must be free: no link is followed and no file is overwritten. The mode is 0600 whatever the
/// umask. Errors name ``reportedPath``, which people know, not a temporary name.
public final class OutputFile {
    /// Where the bytes go; the directory, of a file without a name.
    public let path: String
    /// The path that errors name.
    public let reportedPath: String

    /// Bytes appended so far = where the next ``append(_:)`` writes.
    public internal(set) var byteCount: Int = 0

    let descriptor: CInt
    private let buffer: UnsafeMutableRawBufferPointer
    private var buffered = 0
    private var handedToDisk = 0
    private var isOpen = true

    private static let bufferByteCount = 1 << 20
    /// After so many bytes the kernel is asked to begin writing, so that the final sync has little left.
    private static let writebackByteCount = 16 << 20

    /// Creates the file.
    ///
    /// - Throws: `.exists`, `.parentMissing` or `.system`.
    public convenience init(
        creating path: String,
        reportedAs reportedPath: String? = nil
    ) throws(FileError) {
        let reportedPath = reportedPath ?? path
        let descriptor = try createFile(path: path, reportedAs: reportedPath)
        self.init(descriptor, path: path, reportedPath: reportedPath)
    }

    /// Creates a file without a name in `directory`, for what nobody needs when this process has ended.
    ///
    /// Its bytes are gone when the last who holds it is, also when that one is killed. Where the file system
    /// knows no such files, it has a name for a moment.
    ///
    /// - Throws: `.missing` when there is no such directory, `.system`.
    public convenience init(namelessIn directory: String) throws(FileError) {
        let descriptor = try createNamelessFile(in: directory)
        self.init(descriptor, path: directory, reportedPath: directory)
    }

    private init(_ descriptor: CInt, path: String, reportedPath: String) {
        self.descriptor = descriptor
        self.path = path
        self.reportedPath = reportedPath
        self.buffer = .allocate(byteCount: Self.bufferByteCount, alignment: 4096)
    }

    deinit {
        self.buffer.deallocate()
        if self.isOpen { _ = closeDescriptor(self.descriptor) }
    }

    /// Writes `bytes` at the end.
    public func append(_ bytes: RawSpan) throws(FileError) {
        if bytes.byteCount > Self.bufferByteCount - self.buffered { try self.flush() }
        try bytes.withUnsafeBytes { source throws(FileError) in
            if source.count >= Self.bufferByteCount {
                try self.write(UnsafeRawBufferPointer(source), at: self.byteCount)
            } else {
                UnsafeMutableRawBufferPointer(rebasing: self.buffer[self.buffered...])
                    .copyMemory(from: source)
                self.buffered += source.count
            }
        }
        self.byteCount += bytes.byteCount
    }

    /// Writes `bytes` at the end.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try self.append(bytes.span.bytes)
    }

    /// Writes `count` zero bytes at the end.
    public func appendZeros(_ count: Int) throws(FileError) {
        var left = count
        while left > 0 {
            if self.buffered == Self.bufferByteCount { try self.flush() }
            let part = min(left, Self.bufferByteCount - self.buffered)
            UnsafeMutableRawBufferPointer(rebasing: self.buffer[self.buffered..<self.buffered + part])
                .initializeMemory(as: UInt8.self, repeating: 0)
            self.buffered += part
            self.byteCount += part
            left -= part
        }
    }

    /// Writes `bytes` over what was appended at `offset` before.
    public func overwrite(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        precondition(offset >= 0 && offset + bytes.byteCount <= self.byteCount, "only written bytes")
        try self.flush()
        try bytes.withUnsafeBytes { source throws(FileError) in try self.write(source, at: offset) }
    }

    /// Lengthens the file to `byteCount` bytes, the new ones zero and without room on the disk yet.
    public func extend(to byteCount: Int) throws(FileError) {
        try self.flush()
        try systemCall("extend", path: self.reportedPath) { ftruncate(self.descriptor, off_t(byteCount)) }
    }

    /// Returns once everything written is on the disk.
    public func synchronize() throws(FileError) {
        try self.flush()
        try systemCall("sync", path: self.reportedPath) { fsync(self.descriptor) }
    }

    /// Writes what is buffered and closes the file, the last call of all.
    public func close() throws(FileError) {
        guard self.isOpen else { return }
        try self.flush()
        self.isOpen = false
        // Linux closes the descriptor even when it reports an interruption: once, never again.
        let result = closeDescriptor(self.descriptor)
        let cause = FileFault.failure(of: "close", path: self.reportedPath) ?? Errno(rawValue: result)
        if cause.rawValue != 0, cause != .interrupted {
            throw FileError(.system(doing: "close", cause), path: self.reportedPath)
        }
    }

    /// Maps what has been written, which must not be overwritten any more; the mapping outlives this value.
    public func mapped() throws(FileError) -> MappedFile {
        try self.flush()
        let copy = try systemCall("map", path: self.reportedPath) { dup(self.descriptor) }
        return try MappedFile(
            FileDescriptor(rawValue: copy),
            path: self.reportedPath,
            locking: .none,
            mayChange: false
        )
    }

    private func flush() throws(FileError) {
        guard self.buffered > 0 else { return }
        let start = self.byteCount - self.buffered
        try self.write(UnsafeRawBufferPointer(rebasing: self.buffer[..<self.buffered]), at: start)
        self.buffered = 0
        self.beginWriteback(upTo: self.byteCount)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = try systemCall("write", path: self.reportedPath) {
                pwrite(self.descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            }
            // A full disk may take no byte without naming a cause.
            if written == 0 {
                throw FileError(.system(doing: "write", .noSpace), path: self.reportedPath)
            }
            done += written
        }
    }

    private func beginWriteback(upTo end: Int) {
        guard end - self.handedToDisk >= Self.writebackByteCount else { return }
        let length = off_t(end - self.handedToDisk)
        registree_begin_writeback(self.descriptor, off_t(self.handedToDisk), length)
        self.handedToDisk = end
    }
}

/// 0 or the error; a function of its own because a method named `close` hides the C one.
private func closeDescriptor(_ descriptor: CInt) -> CInt {
    close(descriptor) == 0 ? 0 : errno
}

private func createFile(path: String, reportedAs reportedPath: String) throws(FileError) -> CInt {
    let descriptor: CInt
    do {
        descriptor = try systemCall("create", path: reportedPath) {
            open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    } catch {
        switch error.reason {
        case .system(_, .fileExists): throw FileError(.exists, path: reportedPath)
        case .system(_, .noSuchFileOrDirectory): throw FileError(.parentMissing, path: reportedPath)
        default: throw error
        }
    }
    do {
        try setMode(of: descriptor, reportedAs: reportedPath)
        return descriptor
    } catch {
        _ = close(descriptor)
        removeTree(path: path)
        throw error
    }
}

private func createNamelessFile(in directory: String) throws(FileError) -> CInt {
    let descriptor: CInt
    do {
        descriptor = try systemCall("create a file in", path: directory) {
            registree_open_nameless(directory)
        }
    } catch {
        switch error.reason {
        case .system(_, .noSuchFileOrDirectory): throw FileError(.missing, path: directory)
        case .system(_, .notSupported), .system(_, .isDirectory), .system(_, .invalidArgument):
            return try createAndUnlinkFile(in: directory)
        default: throw error
        }
    }
    do {
        try setMode(of: descriptor, reportedAs: directory)
        return descriptor
    } catch {
        _ = close(descriptor)
        throw error
    }
}

/// For file systems without nameless files.
private func createAndUnlinkFile(in directory: String) throws(FileError) -> CInt {
    let path = StagingName(inside: directory, name: ".registree", purpose: "scratch").random()
    let descriptor = try createFile(path: path, reportedAs: directory)
    do {
        try systemCall("remove a file's name in", path: directory) { unlink(path) }
        return descriptor
    } catch {
        _ = close(descriptor)
        throw error
    }
}

/// The umask may have taken bits away from the mode.
private func setMode(of descriptor: CInt, reportedAs path: String) throws(FileError) {
    try systemCall("set the mode of", path: path) { fchmod(descriptor, 0o600) }
}
