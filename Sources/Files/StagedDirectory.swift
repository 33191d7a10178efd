import CFileCalls
import Glibc
import SystemPackage

/// A directory that gets its name when it is complete and on the disk, or never.
///
/// When the destination is absent, the whole directory is built beside it and one rename brings it in.
/// When it exists and is empty, it stays as it is, since it may be a mount point or belong to another
/// user: its one entry is built inside it and one rename brings that in.
public final class StagedDirectory {
    /// The path that the directory has in the end.
    public let destination: String
    /// Where the content of `destination/entry` is built; of the destination itself without an entry.
    public let contentPath: String

    private let stagedPath: String
    private let finalPath: String
    private let parent: String
    private let outputs: StagedOutputs
    private var lock: StagingLock?
    private var state = State.building

    private enum State {
        case building
        /// It has its final name.
        case named
        case gone
    }

    /// Begins the directory, mode 0700 whatever the umask.
    ///
    /// - Parameters:
    ///   - destination: The final path: absent in an existing directory, or, with `entry`, empty.
    ///   - entry: The one name that the directory will hold.
    ///   - outputs: Where the temporary name is remembered until it is gone.
    /// - Throws: `.exists`, `.notEmpty`, `.parentMissing`, `.interrupted` or `.system`.
    public init(
        destination: String,
        entry: String? = nil,
        outputs: StagedOutputs = .process
    ) throws(FileError) {
        let place = try StagingPlace(destination: destination, entry: entry)
        place.name.removeLeftovers()
        try place.requireFree()
        let (path, lock) = try place.name.createLocked(for: destination, in: outputs) {
            path throws(FileError) in
            try makeDirectory(path: path, reportedAs: destination)
        }
        self.destination = destination
        self.finalPath = place.finalPath
        self.parent = place.name.parent
        self.outputs = outputs
        self.lock = lock
        self.stagedPath = path
        self.contentPath = path + place.contentBelow
        if !place.contentBelow.isEmpty { try makeDirectory(path: self.contentPath, reportedAs: destination) }
    }

    /// Finds out whether a directory could be begun, without creating anything.
    ///
    /// - Throws: What ``init(destination:entry:outputs:)`` throws, as far as it can be foreseen.
    public static func check(destination: String, entry: String? = nil) throws(FileError) {
        try StagingPlace(destination: destination, entry: entry).requireFree()
    }

    deinit { self.discard() }

    /// Creates the directory `name`, which may have several parts, below ``contentPath``, mode 0700.
    ///
    /// - Returns: Its path.
    @discardableResult
    public func makeSubdirectory(_ name: String) throws(FileError) -> String {
        var path = self.contentPath
        for component in name.split(separator: "/") {
            path += "/" + component
            do {
                try systemCall("create a directory in", path: self.destination) { mkdir(path, 0o700) }
            } catch {
                if case .system(_, .fileExists) = error.reason { continue }
                throw error
            }
            try systemCall("set the mode of", path: self.destination) { chmod(path, 0o700) }
        }
        return path
    }

    /// Creates the file `name` below ``contentPath``; its directory must have been made.
    public func makeFile(_ name: String) throws(FileError) -> OutputFile {
        try OutputFile(
            creating: self.contentPath + "/" + name,
            reportedAs: self.finalContentPath + "/" + name
        )
    }

    /// Syncs every directory from the bottom up, gives the whole its name and syncs its parent.
    ///
    /// The files must have been synced and closed by whoever wrote them.
    ///
    /// - Throws: `.exists` when the name was taken meanwhile, `.interrupted`, `.system`; everything is
    ///   then removed.
    public func commit() throws(FileError) {
        try Self.commit([self])
    }

    /// Commits directories that belong together, in this order: all get their names, or none keeps one.
    ///
    /// A signal that ends the process tidily comes before the first rename or after the last.
    ///
    /// - Throws: What ``commit()`` throws.
    public static func commit(_ directories: [StagedDirectory]) throws(FileError) {
        guard let last = directories.last else { return }
        do {
            for directory in directories {
                try synchronizeTree(path: directory.stagedPath, reportedAs: directory.destination)
            }
            let paths = directories.map(\.stagedPath)
            try last.outputs.commit(paths, destination: last.destination) { () throws(FileError) in
                try self.rename(directories)
            }
            for directory in directories {
                try synchronizeDirectory(path: directory.parent, reportedAs: directory.destination)
            }
        } catch {
            for directory in directories {
                directory.takeNameBack()
                directory.discard()
            }
            throw error
        }
    }

    private static func rename(_ directories: [StagedDirectory]) throws(FileError) {
        do {
            for directory in directories {
                try renameDirectory(
                    directory.stagedPath,
                    to: directory.finalPath,
                    reportedAs: directory.destination
                )
                directory.state = .named
            }
        } catch {
            directories.forEach { $0.takeNameBack() }
            throw error
        }
    }

    private func takeNameBack() {
        guard self.state == .named, moveBack(self.finalPath, to: self.stagedPath) else { return }
        self.state = .building
    }

    /// Removes the unfinished directory; after ``commit()`` there is none.
    public func discard() {
        guard self.state == .building else { return }
        self.state = .gone
        // Its descriptor may be the one that listing what is to be removed needs.
        self.lock = nil
        self.outputs.remove(self.stagedPath)
    }

    /// What ``contentPath`` is called in the end.
    private var finalContentPath: String {
        self.finalPath + self.contentPath.dropFirst(self.stagedPath.count)
    }
}

/// A function of its own, because the method `rename` hides the C one.
private func moveBack(_ path: String, to stagedPath: String) -> Bool {
    failure(of: "rename back", path: path) { rename(path, stagedPath) } == nil
}

/// Creates a directory, mode 0700 whatever the umask.
///
/// - Throws: `.parentMissing` or `.system`.
func makeDirectory(path: String, reportedAs reportedPath: String) throws(FileError) {
    do {
        try systemCall("create", path: reportedPath) { mkdir(path, 0o700) }
    } catch {
        if case .system(_, .noSuchFileOrDirectory) = error.reason {
            throw FileError(.parentMissing, path: reportedPath)
        }
        throw error
    }
    do {
        try systemCall("set the mode of", path: reportedPath) { chmod(path, 0o700) }
    } catch {
        removeTree(path: path)
        throw error
    }
}

private func synchronizeTree(path: String, reportedAs reportedPath: String) throws(FileError) {
    for name in try directoryEntries(path: path) {
        let entry = path + "/" + name
        if try DirectoryEntryKind(path: entry) == .directory {
            try synchronizeTree(path: entry, reportedAs: reportedPath)
        }
    }
    try synchronizeDirectory(path: path, reportedAs: reportedPath)
}

/// Where the file system has no exclusive rename, the plain one is nearly as good: it replaces no
/// more than an empty directory.
private func renameDirectory(
    _ source: String,
    to destination: String,
    reportedAs reportedPath: String
) throws(FileError) {
    do {
        try systemCall("rename to", path: reportedPath) { registree_rename_exclusive(source, destination) }
    } catch {
        switch error.reason {
        case .system(_, .fileExists): throw FileError(.exists, path: reportedPath)
        case .system(_, .invalidArgument):
            try systemCall("rename to", path: reportedPath) { rename(source, destination) }
        default: throw error
        }
    }
}
