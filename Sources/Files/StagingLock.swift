import Glibc
import SystemPackage

/// An exclusive lock on a temporary file or directory, held while its writer lives.
///
/// It tells a leftover from an output that another process is still writing. Where the file system has
/// no locks, leftovers are never removed.
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
        let descriptor: CInt
        do {
            descriptor = try systemCall("open", path: path) {
                open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            }
        } catch {
            switch error.reason {
            case .system(_, .noSuchFileOrDirectory), .system(_, .tooManySymbolicLinkLevels): return .lost
            case .system(_, let cause) where cause == .tooManyOpenFiles || cause == .tooManyOpenFilesInSystem:
                return .tooManyOpen(cause)
            default: return .unsupported
            }
        }
        let lock = StagingLock(descriptor: descriptor)
        if let cause = failure(of: "lock", path: path, { flock(descriptor, LOCK_EX | LOCK_NB) }) {
            return cause == .wouldBlock ? .lost : .unsupported
        }
        return lock.isStillNamed(path) ? .held(lock) : .lost
    }

    private func isStillNamed(_ path: String) -> Bool {
        guard let opened = try? FileDescriptor(rawValue: self.descriptor).stat(),
            let named = try? Stat(path, followTargetSymlink: false)
        else { return false }
        return opened.deviceID == named.deviceID && opened.inode == named.inode
    }
}

extension StagingName {
    /// Removes what earlier runs for the same destination left behind when they were killed.
    func removeLeftovers() {
        for entry in (try? directoryEntries(path: self.parent)) ?? [] where self.matches(entry) {
            let path = self.parent + "/" + entry
            // In a directory that others may write to, what is not ours may be a trap.
            guard belongsToUs(path) else { continue }
            guard case .held(let lock) = StagingLock.attempt(path: path) else { continue }
            withExtendedLifetime(lock) { removeTree(path: path) }
        }
    }

    /// Calls `create` with a fresh path until what it made can be locked, so that no other process removes it.
    ///
    /// - Parameters:
    ///   - destination: What errors name.
    ///   - outputs: Remembers the path, and no other that was tried.
    ///   - create: Makes the file or the directory; a missing parent is `.parentMissing`.
    /// - Returns: The path, and the lock to hold for as long as the output is unfinished.
    /// - Throws: What `create` throws; `.interrupted`; `.system` when no more files can be opened.
    func createLocked(
        for destination: String,
        in outputs: StagedOutputs,
        _ create: (String) throws(FileError) -> Void
    ) throws(FileError) -> (path: String, lock: StagingLock?) {
        while true {
            let path = self.random()
            do {
                try outputs.begin(path, destination: destination) { () throws(FileError) in try create(path) }
            } catch {
                // Another process took it for a leftover while it was made: it is not locked yet.
                if case .system(_, .noSuchFileOrDirectory) = error.reason { continue }
                throw error
            }
            switch StagingLock.attempt(path: path) {
            case .held(let lock): return (path, lock)
            case .unsupported: return (path, nil)
            case .lost: outputs.remove(path)
            case .tooManyOpen(let cause):
                outputs.remove(path)
                throw FileError(.system(doing: "open", cause), path: destination)
            }
        }
    }
}

/// Whether `path` is a file or directory, no link, of this process's user.
private func belongsToUs(_ path: String) -> Bool {
    guard let status = try? Stat(path, followTargetSymlink: false) else { return false }
    return status.userID.rawValue == geteuid() && status.type != .symbolicLink
}
