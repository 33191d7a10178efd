import Glibc
import SystemPackage

/// Runs a system call that answers -1 on failure, again for as long as a signal interrupts it.
///
/// Every call of this room that can fail goes through here or through ``failure(of:path:_:)``, so that tests
/// can make each of them fail.
///
/// - Throws: `.system` with the call's error; `doing` is a verb such as "write".
@discardableResult
func systemCall<Result: FixedWidthInteger & SignedInteger>(
    _ doing: String,
    path: String,
    _ call: () -> Result
) throws(FileError) -> Result {
    while true {
        let cause: Errno
        if let injected = FileFault.failure(of: doing, path: path) {
            cause = injected
        } else {
            let result = call()
            if result != -1 { return result }
            cause = Errno(rawValue: errno)
        }
        if cause != .interrupted { throw FileError(.system(doing: doing, cause), path: path) }
    }
}

/// Runs a system call that answers -1 on failure; nil when it did not fail, else its error.
func failure(of doing: String, path: String, _ call: () -> CInt) -> Errno? {
    do {
        try systemCall(doing, path: path, call)
        return nil
    } catch {
        guard case .system(_, let cause) = error.reason else { return .ioError }
        return cause
    }
}

/// What the system says of the file or directory at `path`; nil when there is none.
///
/// - Throws: `.system`.
func status(of path: String, followingLinks: Bool) throws(FileError) -> Stat? {
    let cause: Errno
    if let injected = FileFault.failure(of: "examine", path: path) {
        cause = injected
    } else {
        do { return try Stat(path, followTargetSymlink: followingLinks) } catch { cause = error }
    }
    if cause == .noSuchFileOrDirectory { return nil }
    throw FileError(.system(doing: "examine", cause), path: path)
}

/// What the system says of an open file; errors name `path`.
func status(of descriptor: FileDescriptor, path: String) throws(FileError) -> Stat {
    let cause: Errno
    if let injected = FileFault.failure(of: "examine", path: path) {
        cause = injected
    } else {
        do { return try descriptor.stat() } catch { cause = error }
    }
    throw FileError(.system(doing: "examine", cause), path: path)
}

extension FileType {
    /// What people call it, with its article; "a device" for what has no name of its own.
    var name: String {
        switch self {
        case .regular: "a file"
        case .directory: "a directory"
        case .fifo: "a pipe"
        case .socket: "a socket"
        case .symbolicLink: "a link"
        default: "a device"
        }
    }
}

/// What a name stands for, without following a link at its end.
enum DirectoryEntryKind {
    case absent
    case directory
    /// A link that leads to a directory.
    case linkToDirectory
    case other

    init(path: String) throws(FileError) {
        switch try status(of: path, followingLinks: false)?.type {
        case nil: self = .absent
        case .directory?: self = .directory
        case .symbolicLink?: self = isDirectory(path: path) ? .linkToDirectory : .other
        default: self = .other
        }
    }
}

/// Whether anything has the name `path`, also a link that leads nowhere.
public func fileExists(path: String) throws(FileError) -> Bool {
    try DirectoryEntryKind(path: path) != .absent
}

/// Whether `path` is a directory, or a link that leads to one.
public func isDirectory(path: String) -> Bool {
    (try? Stat(path))?.type == .directory
}

/// Makes the names in the directory at `path` survive a power failure.
func synchronizeDirectory(path: String, reportedAs reportedPath: String) throws(FileError) {
    let descriptor = try systemCall("open", path: reportedPath) {
        open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { close(descriptor) }
    try systemCall("sync", path: reportedPath) { fsync(descriptor) }
}

/// The names in the directory at `path`, without `.` and `..`, in no order.
///
/// - Throws: `.system` when it is not a directory or cannot be read.
public func directoryEntries(path: String) throws(FileError) -> [String] {
    if let injected = FileFault.failure(of: "list", path: path) {
        throw FileError(.system(doing: "list", injected), path: path)
    }
    guard let directory = opendir(path) else {
        throw FileError(.system(doing: "list", Errno(rawValue: errno)), path: path)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let name = try nextName(in: directory, path: path) {
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// The next name in an open directory; nil at its end.
private func nextName(in directory: OpaquePointer, path: String) throws(FileError) -> String? {
    // At the end `readdir` leaves it as it is; something else may have set it since the name before.
    errno = 0
    if let entry = readdir(directory), let name = entry.pointer(to: \.d_name) {
        // The entry ends with its name, whatever size its type has.
        return String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
    }
    guard errno == 0 else {
        throw FileError(.system(doing: "list", Errno(rawValue: errno)), path: path)
    }
    return nil
}

/// Removes the file or the whole directory at `path`, as far as it can; links are not followed.
func removeTree(path: String) {
    let cause = failure(of: "remove", path: path) { unlink(path) }
    if cause == nil || cause == .noSuchFileOrDirectory { return }
    for name in (try? directoryEntries(path: path)) ?? [] {
        removeTree(path: path + "/" + name)
    }
    _ = failure(of: "remove", path: path) { rmdir(path) }
}
