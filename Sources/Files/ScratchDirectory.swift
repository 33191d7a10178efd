/// A directory for what is needed only for a while: mode 0700, and removed with all that is in it.
///
/// It goes with ``remove()``, with the last reference, and when the process is interrupted. What a killed
/// process leaves is removed by the next one that makes a directory of the same purpose beside it.
public final class ScratchDirectory {
    public let path: String

    private let outputs: StagedOutputs
    private var lock: StagingLock?
    private var isOurs = true

    /// Creates `registree.PURPOSE-0123456789abcdef` in `parent`.
    ///
    /// - Throws: `.parentMissing`, `.interrupted` or `.system`.
    public init(
        in parent: String,
        purpose: String,
        outputs: StagedOutputs = .process
    ) throws(FileError) {
        let name = StagingName(inside: parent, name: "registree", purpose: purpose)
        name.removeLeftovers()
        let (path, lock) = try name.createLocked(for: parent, in: outputs) { path throws(FileError) in
            try makeDirectory(path: path, reportedAs: path)
        }
        self.path = path
        self.lock = lock
        self.outputs = outputs
    }

    deinit { self.remove() }

    /// Leaves the directory where it is, for whoever wants to look at it.
    ///
    /// - Returns: Its new path, which no later run removes.
    public func keep() throws(FileError) -> String {
        guard self.isOurs else { return self.path }
        let name = self.path + "-kept"
        try self.outputs.commit([self.path], destination: name) { () throws(FileError) in
            try rename(self.path, to: name, replacing: false)
        }
        self.isOurs = false
        self.lock = nil
        return name
    }

    /// Removes the directory.
    public func remove() {
        guard self.isOurs else { return }
        self.isOurs = false
        self.lock = nil
        self.outputs.remove(self.path)
    }
}

/// Where files go that nobody needs later.
public enum TemporaryFiles {
    /// The directory that POSIX has for them.
    public static let standardDirectory = "/tmp"

    /// The directory that `TMPDIR` names in `environment`; the standard one when it is unset or empty.
    public static func directory(in environment: [String: String]) -> String {
        guard let named = environment["TMPDIR"], !named.isEmpty else { return self.standardDirectory }
        return named
    }
}
