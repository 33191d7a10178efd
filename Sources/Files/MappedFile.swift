import CMappedFiles
import Glibc
import SystemPackage

/// A regular file, mapped read-only for as long as this value is held.
///
/// The bytes are the file's own pages: mapping copies nothing, and what is touched counts as page
/// cache, not as this process's private memory. The file is never written to. When another process
/// cuts it short, lost bytes read as zero instead of ending the process; ``checkUnchanged()`` then
/// throws, and whoever reads calls it before trusting a result.
///
/// `@unchecked Sendable`: the mapping is immutable from `init` to `deinit`, and reading it needs no order.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    /// Length when it was opened, in bytes.
    public let byteCount: Int

    private let descriptor: FileDescriptor
    private let base: UnsafeRawPointer?
    private let guardSlot: Int32

    /// Whether to look for another process's lock on the file.
    public enum Locking: Sendable {
        /// Take a shared lock, as bbolt's read-only mode does, and fail at once when it cannot be had.
        case shared
        /// Do not look: for files that this process itself has just written.
        case none
    }

    /// Opens and maps the file at `path`; an empty file maps as no bytes.
    ///
    /// - Throws: `.missing`, `.notARegularFile` (a pipe is refused without waiting for a writer),
    ///   `.locked`, `.tooManyMappings` or `.system`.
    public convenience init(path: String, locking: Locking = .shared) throws(FileError) {
        try self.init(openRegularFile(path: path), path: path, locking: locking)
    }

    /// Maps an open file, whose descriptor now belongs to this value.
    init(_ descriptor: FileDescriptor, path: String, locking: Locking) throws(FileError) {
        self.path = path
        do {
            if locking == .shared { try lockShared(descriptor, path: path) }
            let byteCount = try size(of: descriptor, path: path)
            let base = try map(descriptor, byteCount: byteCount, path: path)
            self.byteCount = byteCount
            self.base = base
            self.guardSlot = base.map { registree_guard_mapping($0, byteCount) } ?? -1
            self.descriptor = descriptor
        } catch {
            try? descriptor.close()
            throw error
        }
        if self.base != nil, self.guardSlot < 0 { throw FileError(.tooManyMappings, path: path) }
    }

    deinit {
        registree_release_mapping(self.guardSlot)
        if let base = self.base { munmap(UnsafeMutableRawPointer(mutating: base), self.byteCount) }
        try? self.descriptor.close()
    }

    /// Calls `body` with the whole file.
    @inlinable
    public func withBytes<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(self.buffer.bytes)
    }

    @usableFromInline
    var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.base, count: self.base == nil ? 0 : self.byteCount)
    }

    /// Throws `.shrank` when bytes that were there at the start are gone.
    public func checkUnchanged() throws(FileError) {
        let lost = registree_mapping_lost_bytes(self.guardSlot)
        let byteCount = try size(of: self.descriptor, path: self.path)
        if lost || byteCount < self.byteCount {
            throw FileError(.shrank, path: self.path)
        }
    }
}

private func openRegularFile(path: String) throws(FileError) -> FileDescriptor {
    let descriptor: FileDescriptor
    do {
        // Non-blocking: opening a pipe that nobody writes to must not wait.
        descriptor = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch let errno as Errno {
        switch errno {
        case .noSuchFileOrDirectory: throw FileError(.missing, path: path)
        case .noSuchAddressOrDevice where isSocket(path):
            throw FileError(.notARegularFile(kind: "a socket"), path: path)
        default: throw FileError(.system(doing: "open", errno), path: path)
        }
    } catch {
        throw FileError(.system(doing: "open", .ioError), path: path)
    }
    do {
        try requireRegularFile(descriptor, path: path)
        return descriptor
    } catch {
        try? descriptor.close()
        throw error
    }
}

/// A socket has a name but cannot be opened.
private func isSocket(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
}

private func requireRegularFile(_ descriptor: FileDescriptor, path: String) throws(FileError) {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
        throw FileError(.system(doing: "examine", Errno(rawValue: errno)), path: path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw FileError(.notARegularFile(kind: "a directory"), path: path)
    case S_IFIFO: throw FileError(.notARegularFile(kind: "a pipe"), path: path)
    default: throw FileError(.notARegularFile(kind: "a device"), path: path)
    }
}

private func size(of descriptor: FileDescriptor, path: String) throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
        throw FileError(.system(doing: "examine", Errno(rawValue: errno)), path: path)
    }
    return Int(status.st_size)
}

private func lockShared(_ descriptor: FileDescriptor, path: String) throws(FileError) {
    guard flock(descriptor.rawValue, LOCK_SH | LOCK_NB) != 0 else { return }
    let cause = Errno(rawValue: errno)
    // Some network file systems know no locks; then there is nothing to ask.
    if cause == .notSupported || cause == .noLocks || cause == .noFunction { return }
    throw FileError(cause == .wouldBlock ? .locked : .system(doing: "lock", cause), path: path)
}

private func map(
    _ descriptor: FileDescriptor,
    byteCount: Int,
    path: String
) throws(FileError) -> UnsafeRawPointer? {
    guard byteCount > 0 else { return nil }
    guard let base = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor.rawValue, 0), base != MAP_FAILED
    else {
        throw FileError(.system(doing: "map", Errno(rawValue: errno)), path: path)
    }
    return UnsafeRawPointer(base)
}
