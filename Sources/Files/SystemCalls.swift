import Glibc
import SystemPackage

/// Runs a system call that answers -1 on failure, again for as long as a signal interrupts it.
///
/// - Throws: `.system` with the call's error; `doing` is a verb such as "write".
@discardableResult
func systemCall<Result: FixedWidthInteger & SignedInteger>(
    _ doing: String,
    path: String,
    _ call: () -> Result
) throws(FileError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let cause = errno
        if cause != EINTR { throw FileError(.system(doing: doing, Errno(rawValue: cause)), path: path) }
    }
}

/// What a name stands for, without following a link at its end.
enum DirectoryEntryKind {
    case nothing
    case directory
    /// A link that leads to a directory.
    case linkToDirectory
    case other

    init(path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            let cause = errno
            guard cause == ENOENT else {
                throw FileError(.system(doing: "examine", Errno(rawValue: cause)), path: path)
            }
            self = .nothing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: self = .directory
        case S_IFLNK:
            let leadsToDirectory = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            self = leadsToDirectory ? .linkToDirectory : .other
        default: self = .other
        }
    }
}

/// Whether anything has the name `path`, also a link that leads nowhere.
public func fileExists(path: String) throws(FileError) -> Bool {
    try DirectoryEntryKind(path: path) != .nothing
}

/// Whether `path` is a directory, or a link that leads to one.
public func isDirectory(path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
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
/// - Throws: `.system` when it is no directory or cannot be read.
public func directoryEntries(path: String) throws(FileError) -> [String] {
    guard let directory = opendir(path) else {
        throw FileError(.system(doing: "list", Errno(rawValue: errno)), path: path)
    }
    defer { closedir(directory) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else {
        throw FileError(.system(doing: "list", Errno(rawValue: errno)), path: path)
    }
    return names
}

/// Removes the file or the whole directory at `path`, as far as it can; links are not followed.
func removeTree(path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in (try? directoryEntries(path: path)) ?? [] {
        removeTree(path: path + "/" + name)
    }
    rmdir(path)
}
