import Glibc
import SystemPackage

/// An exclusive lock on a temporary file or directory, held while its writer lives.
///
/// It tells a leftover from an output that another process is still writing. Where the file system has
/// no locks nothing is ever swept.
final class StagingLock {
    private let descriptor: CInt

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }

    /// What came of asking for the lock.
    enum Attempt {
        case held(StagingLock)
        /// Another process holds it, or has just removed what lay there.
        case lost
        /// The file system has no locks.
        case unsupported
        /// No more files can be opened, not even what is there already.
        case tooManyOpen(Errno)
    }

    /// Asks for the lock on what lies at `path`, without waiting.
    static func attempt(path: String) -> Attempt {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ELOOP: return .lost
            case EMFILE, ENFILE: return .tooManyOpen(Errno(rawValue: errno))
            default: return .unsupported
            }
        }
        let lock = StagingLock(descriptor: descriptor)
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            return errno == EWOULDBLOCK ? .lost : .unsupported
        }
        return lock.isStillNamed(path) ? .held(lock) : .lost
    }

    private func isStillNamed(_ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        guard fstat(self.descriptor, &opened) == 0, lstat(path, &named) == 0 else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}

extension StagingName {
    /// Removes what earlier runs for the same destination left behind when they were killed.
    func sweepLeftovers() {
        for entry in (try? directoryEntries(path: self.parent)) ?? [] where self.matches(entry) {
            let path = self.parent + "/" + entry
            // In a directory that others may write to, what is not ours may be a trap.
            guard belongsToUs(path) else { continue }
            guard case .held(let lock) = StagingLock.attempt(path: path) else { continue }
            withExtendedLifetime(lock) { removeTree(path: path) }
        }
    }

    /// Calls `create` with a fresh path until what it made can be locked, so that no sweeper takes it.
    ///
    /// - Returns: The path, and the lock to hold for as long as the output is unfinished.
    /// - Throws: What `create` throws; `.system` when nothing more can be opened.
    func createLocked(
        for destination: String,
        _ create: (String) throws(FileError) -> Void
    ) throws(FileError) -> (path: String, lock: StagingLock?) {
        while true {
            let path = self.random()
            try create(path)
            switch StagingLock.attempt(path: path) {
            case .held(let lock): return (path, lock)
            case .unsupported: return (path, nil)
            case .lost: removeTree(path: path)
            case .tooManyOpen(let cause):
                removeTree(path: path)
                throw FileError(.system(doing: "open", cause), path: destination)
            }
        }
    }
}

/// Whether `path` is a file or directory, no link, of this process's user.
private func belongsToUs(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return status.st_uid == geteuid() && status.st_mode & S_IFMT != S_IFLNK
}
