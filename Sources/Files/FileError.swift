public import SystemPackage

/// What the operating system refused, and for which path.
public struct FileError: Error, Hashable, Sendable {
    /// One way in which a file cannot be used.
    public enum Reason: Hashable, Sendable {
        /// No file or directory has that name.
        case missing
        /// The name is a directory, a pipe, a device or a socket.
        case notARegularFile(kind: String)
        /// Another process holds the file's lock, as a running etcd does.
        case locked
        /// The file became shorter while it was read.
        case shrank
        /// The file was written to while it was read.
        case changed
        /// The disk failed to give the bytes from `offset` on, though the file still has them.
        case unreadable(offset: Int, Errno)
        /// A file or directory has that name and may not be replaced.
        case exists
        /// The directory that should be filled has entries already.
        case notEmpty
        /// The directory that should be filled is a new file system's own: it has only `lost+found`.
        case onlyLostAndFound
        /// The directory that should hold the new file is not there.
        case parentMissing
        /// The file system has less room than the output needs; both in bytes.
        case noSpace(needed: UInt64, free: UInt64)
        /// The program was asked to stop; what was half made is removed.
        case interrupted
        /// As many files as can be are mapped already.
        case tooManyMappings(limit: Int)
        /// The file is longer than the system lets this process map, in bytes.
        case tooLargeToMap(byteCount: Int)
        /// The system call failed; `doing` is a verb such as "open" or "sync".
        case system(doing: String, Errno)
    }

    public var reason: Reason
    public var path: String

    public init(_ reason: Reason, path: String) {
        self.reason = reason
        self.path = path
    }
}

extension FileError: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .missing:
            "\(self.path): no such file or directory"
        case .notARegularFile(let kind):
            "\(self.path) is \(kind), not a file"
        case .locked:
            "\(self.path) is in use by another process"
        case .shrank:
            "\(self.path) became shorter while it was read"
        case .changed:
            "\(self.path) was changed while it was read"
        case .unreadable(let offset, let errno):
            "cannot read \(self.path) at byte \(offset): \(errno)"
        case .exists:
            "\(self.path) exists already"
        case .notEmpty:
            "\(self.path) is not empty"
        case .onlyLostAndFound:
            "\(self.path) is the top of a volume: it has the directory lost+found, which mkfs and fsck make there"
        case .parentMissing:
            "\(self.path): its parent directory does not exist"
        case .noSpace(let needed, let free):
            "\(self.path): needs \(needed) bytes, the file system has \(free) free"
        case .interrupted:
            "\(self.path) was not finished: interrupted"
        case .tooManyMappings(let limit):
            "\(self.path) cannot be opened: \(limit) files are mapped already, the most at one time"
        case .tooLargeToMap(let byteCount):
            "\(self.path) has \(byteCount) bytes, more than this process may map (ulimit -v)"
        case .system(let doing, let errno):
            "cannot \(doing) \(self.path): \(errno)"
        }
    }
}
