import CMappedFiles
import Glibc
import SystemPackage

/// A regular file, mapped read-only for as long as this value is held.
///
/// The bytes are the file's own pages: mapping copies no byte, and what is touched counts as page
/// cache, not as this process's private memory. The file is never written to. Bytes that are lost because
/// another process cuts the file short, or because the disk fails, read as zero instead of ending the
/// process; ``checkUnchanged()`` then throws, and whoever reads calls it before trusting a result.
///
/// A file that gets another's name stays mapped as it was: what is read is still one whole file.
///
/// `@unchecked Sendable`: the mapping is immutable from `init` to `deinit`, and reading it needs no order.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    /// Length when it was opened, in bytes.
    public let byteCount: Int

    private let descriptor: FileDescriptor
    private let base: UnsafeRawPointer?
    private let guardSlot: Int32
    /// What it was when it was opened; nil for a file that only this process can write to.
    private let identity: FileIdentity?

    /// Whether to look for another process's lock on the file.
    public enum Locking: Sendable {
        /// Take a shared lock, as bbolt's read-only mode does, and fail at once when it cannot be had.
        case shared
        /// Do not look: for files that nobody locks, and those that this process itself has just written.
        case none
    }

    /// Opens and maps the file at `path`; an empty file maps as no bytes.
    ///
    /// - Throws: `.missing`, `.notARegularFile` (a pipe is refused without waiting for a writer),
    ///   `.locked`, `.tooManyMappings`, `.tooLargeToMap` or `.system`.
    public convenience init(path: String, locking: Locking = .shared) throws(FileError) {
        try self.init(openRegularFile(path: path), path: path, locking: locking, mayChange: true)
    }

    /// Maps an open file, whose descriptor now belongs to this value.
    ///
    /// `mayChange` says whether others can write to it.
    init(
        _ descriptor: FileDescriptor,
        path: String,
        locking: Locking,
        mayChange: Bool
    ) throws(FileError) {
        self.path = path
        do {
            if locking == .shared { try lockShared(descriptor, path: path) }
            let status = try status(of: descriptor, path: path)
            let byteCount = Int(status.size)
            let base = try map(descriptor, byteCount: byteCount, path: path)
            self.byteCount = byteCount
            self.base = base
            self.guardSlot = base.map { registree_guard_mapping($0, byteCount) } ?? -1
            self.descriptor = descriptor
            self.identity = mayChange ? FileIdentity(status) : nil
        } catch {
            try? descriptor.close()
            throw error
        }
        if self.base != nil, self.guardSlot < 0 {
            throw FileError(.tooManyMappings(limit: Int(REGISTREE_MAPPING_LIMIT)), path: path)
        }
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

    /// Calls `body` with the open file, which stands at its first byte, for a program that is to read it.
    public func withDescriptorAtStart<Result, Failure>(
        _ body: (CInt) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lseek(self.descriptor.rawValue, 0, SEEK_SET)
        return try body(self.descriptor.rawValue)
    }

    /// A copy of all bytes, for a small file; it is what the file held when it was opened.
    ///
    /// - Throws: What ``checkUnchanged()`` throws.
    public func contents() throws(FileError) -> [UInt8] {
        let bytes = self.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
        try self.checkUnchanged()
        return bytes
    }

    @usableFromInline
    var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.base, count: self.base == nil ? 0 : self.byteCount)
    }

    /// Throws unless all that was read is what the file held when it was opened, and holds still.
    ///
    /// - Throws: `.shrank` when bytes that were there at the start are gone; `.changed` when the file was
    ///   written to; `.unreadable` when the disk failed to give bytes of it.
    public func checkUnchanged() throws(FileError) {
        try self.check(identity: self.identity)
    }

    /// The same for a file that may be written to meanwhile: throws unless each byte that was read is one that it held.
    ///
    /// - Throws: `.shrank` or `.unreadable`.
    public func checkReadable() throws(FileError) {
        try self.check(identity: nil)
    }

    private func check(identity: FileIdentity?) throws(FileError) {
        let lost = Int(registree_mapping_lost_offset(self.guardSlot))
        let status = try status(of: self.descriptor, path: self.path)
        if status.size < self.byteCount { throw FileError(.shrank, path: self.path) }
        if let identity, identity != FileIdentity(status) { throw FileError(.changed, path: self.path) }
        if lost >= 0 {
            throw FileError(.unreadable(offset: lost, self.readError(at: lost)), path: self.path)
        }
    }

    /// Why the disk does not give the byte at `offset`.
    private func readError(at offset: Int) -> Errno {
        var byte: UInt8 = 0
        return pread(self.descriptor.rawValue, &byte, 1, off_t(offset)) < 0
            ? Errno(rawValue: errno) : .ioError
    }
}

/// What tells a file from another one, and from itself before it was written to.
public struct FileIdentity: Hashable, Sendable {
    private let device: DeviceID
    private let inode: Inode
    private let byteCount: Int64
    /// When it was last written to, in seconds and nanoseconds.
    private let seconds: Int
    private let nanoseconds: Int

    /// The identity of what lies at `path` or is linked to from there; nil when there is none.
    public init?(path: String) {
        guard let status = try? Stat(path) else { return nil }
        self.init(status)
    }

    init(_ status: Stat) {
        self.device = status.deviceID
        self.inode = status.inode
        self.byteCount = status.size
        self.seconds = status.st_mtim.tv_sec
        self.nanoseconds = status.st_mtim.tv_nsec
    }
}

/// Begins to fetch the memory at an address, and goes on without waiting for it; any address will do.
public func prefetch(_ address: UnsafeRawPointer) {
    registree_prefetch(address)
}

private func openRegularFile(path: String) throws(FileError) -> FileDescriptor {
    let descriptor: FileDescriptor
    do {
        // Non-blocking: opening a pipe that nobody writes to must not wait.
        let opened = try systemCall("open", path: path) { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        descriptor = FileDescriptor(rawValue: opened)
    } catch {
        switch error.reason {
        case .system(_, .noSuchFileOrDirectory): throw FileError(.missing, path: path)
        // A socket has a name but cannot be opened.
        case .system(_, .noSuchAddressOrDevice) where (try? Stat(path))?.type == .socket:
            throw FileError(.notARegularFile(kind: FileType.socket.name), path: path)
        default: throw error
        }
    }
    do throws(FileError) {
        let type = try status(of: descriptor, path: path).type
        guard type == .regular else { throw FileError(.notARegularFile(kind: type.name), path: path) }
        return descriptor
    } catch {
        try? descriptor.close()
        throw error
    }
}

private func lockShared(_ descriptor: FileDescriptor, path: String) throws(FileError) {
    switch failure(of: "lock", path: path, { flock(descriptor.rawValue, LOCK_SH | LOCK_NB) }) {
    // Some network file systems know no locks; then there is nobody to ask.
    case nil, .notSupported?, .noLocks?, .noFunction?: return
    case .wouldBlock?: throw FileError(.locked, path: path)
    case let cause?: throw FileError(.system(doing: "lock", cause), path: path)
    }
}

private func map(
    _ descriptor: FileDescriptor,
    byteCount: Int,
    path: String
) throws(FileError) -> UnsafeRawPointer? {
    guard byteCount > 0 else { return nil }
    do {
        let base = try systemCall("map", path: path) {
            // MAP_FAILED is -1, as a failure of other calls is.
            Int(bitPattern: mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor.rawValue, 0))
        }
        return UnsafeRawPointer(bitPattern: base)
    } catch {
        guard case .system(_, .noMemory) = error.reason else { throw error }
        throw FileError(.tooLargeToMap(byteCount: byteCount), path: path)
    }
}
