import CFileCalls
import Glibc
import SystemPackage

/// A file that gets its own name when it is complete and on the disk, or never.
///
/// It is written under a temporary name in the same directory. ``commit()`` syncs it, renames it and
/// syncs the directory; ``discard()`` or the end of this value's life remove it.
public final class StagedFile {
    /// The path that the file gets in the end.
    public private(set) var destination: String
    /// Where the bytes are written.
    public let output: OutputFile

    private let replacing: Bool
    private let outputs: StagedOutputs
    private let parent: String
    private let lock: StagingLock?
    private var isFinished = false

    /// Begins the file.
    ///
    /// - Parameters:
    ///   - destination: The final path. Its directory must exist.
    ///   - replacing: Whether a regular file of that name may be replaced.
    ///   - outputs: Where the temporary name is remembered until it is gone.
    /// - Throws: `.exists`, `.notARegularFile`, `.parentMissing`, `.interrupted` or `.system`.
    public init(
        destination: String,
        replacing: Bool = false,
        outputs: StagedOutputs = .process
    ) throws(FileError) {
        let name = try StagingName(destination: destination, purpose: "partial")
        try requireFreeName(destination, replacing: replacing)
        name.removeLeftovers()
        var output: OutputFile?
        let (_, lock) = try name.createLocked(for: destination, in: outputs) { path throws(FileError) in
            output = try OutputFile(creating: path, reportedAs: destination)
        }
        guard let output else { throw FileError(.interrupted, path: destination) }
        self.destination = destination
        self.replacing = replacing
        self.outputs = outputs
        self.parent = name.parent
        self.output = output
        self.lock = lock
    }

    deinit { self.discard() }

    /// Syncs the file, gives it its name and makes the name survive a power failure.
    ///
    /// - Parameter name: Another final path in the same directory, for a name that tells what is in the file.
    /// - Throws: `.exists` when the name was taken meanwhile; the file is then removed, as on every error.
    public func commit(as name: String? = nil) throws(FileError) {
        self.destination = name ?? self.destination
        do {
            try self.output.synchronize()
            try self.output.close()
            try self.outputs.commit([self.output.path], destination: self.destination) {
                () throws(FileError) in
                try rename(self.output.path, to: self.destination, replacing: self.replacing)
            }
            self.isFinished = true
            try synchronizeDirectory(path: self.parent, reportedAs: self.destination)
        } catch {
            // A name that may not survive is none, unless an older file went for it.
            if self.isFinished, !self.replacing { removeTree(path: self.destination) }
            self.discard()
            throw error
        }
    }

    /// Removes the unfinished file; after ``commit()`` there is none.
    public func discard() {
        guard !self.isFinished else { return }
        self.isFinished = true
        self.outputs.remove(self.output.path)
    }
}

private func requireFreeName(_ destination: String, replacing: Bool) throws(FileError) {
    guard let type = try status(of: destination, followingLinks: false)?.type else { return }
    guard replacing else { throw FileError(.exists, path: destination) }
    if type != .regular, type != .symbolicLink {
        throw FileError(.notARegularFile(kind: type.name), path: destination)
    }
}

/// Renames `source` to `destination`, failing with `.exists` when that is taken and may not be replaced.
func rename(_ source: String, to destination: String, replacing: Bool) throws(FileError) {
    if replacing {
        try systemCall("rename to", path: destination) { rename(source, destination) }
        return
    }
    do {
        try systemCall("rename to", path: destination) { registree_rename_exclusive(source, destination) }
    } catch {
        switch error.reason {
        case .system(_, .fileExists): throw FileError(.exists, path: destination)
        case .system(_, .invalidArgument): try renameByLink(source, to: destination)
        default: throw error
        }
    }
}

/// For file systems without an exclusive rename: a hard link never replaces a file.
private func renameByLink(_ source: String, to destination: String) throws(FileError) {
    do {
        try systemCall("link to", path: destination) { link(source, destination) }
    } catch {
        if case .system(_, .fileExists) = error.reason { throw FileError(.exists, path: destination) }
        throw error
    }
    removeTree(path: source)
}
