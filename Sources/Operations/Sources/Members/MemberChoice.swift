public import EtcdStorage
import EtcdStore

/// Which of several members' directories has most of what their cluster has committed.
///
/// As raft chooses a leader: the log whose last entry has the greatest term, and of these the longest, has every
/// committed entry, if a quorum of the voters is there to be chosen from. What members know to be committed lags behind,
/// and is not asked.
///
/// Source: etcd-io/raft `log.go`, `isUpToDate`.
public struct MemberChoice: Hashable, Sendable {
    /// Of the directory.
    public var path: String
    /// The last entry of its log.
    public var reach: RaftPosition
    /// How many voters' directories with a log that can be read to its end there were to choose from.
    public var votersGiven: Int
    /// How many members vote; 0 where nobody says so.
    public var voterCount: Int
    /// Directories whose logs differ from this one's at an entry that is committed: one of the members is corrupt.
    public var contradicting: [String]
    /// Directories whose logs cannot be read to their ends.
    ///
    /// Their members may have had later entries, and so are not among ``votersGiven``.
    public var unfinished: [String]
    /// Directories whose logs go as far, and which were passed over since their databases are damaged.
    public var damaged: [String]
    /// Directories that cannot be read, and why.
    public var leftOut: [LeftOut]
    /// The last entry of its log that another member knows to be committed; 0 when none does.
    public var committedElsewhere: UInt64

    public struct LeftOut: Hashable, Sendable {
        public var path: String
        public var error: StorageError

        public init(path: String, error: StorageError) {
            self.path = path
            self.error = error
        }
    }

    /// Whether it has every entry that the cluster has committed.
    public var isOfQuorum: Bool { self.voterCount > 0 && self.votersGiven > self.voterCount / 2 }
}

/// The directories of several members, opened.
public struct MemberDirectories: Sendable {
    /// Those that could be opened, in the order in which they were named.
    public let directories: [MemberDirectory]
    public let leftOut: [MemberChoice.LeftOut]

    /// - Throws: ``MemberChoiceError``: one of the paths is no data directory, or the directories are of several
    ///   clusters.
    public init(paths: [String]) throws(MemberChoiceError) {
        var directories: [MemberDirectory] = []
        var leftOut: [MemberChoice.LeftOut] = []
        for path in paths {
            guard DataDirectoryLayout.isDataDirectory(path) else { throw .notADataDirectory(path: path) }
            do throws(StorageError) {
                let database = try EtcdDatabase(path: path)
                if let directory = try MemberDirectory(database) { directories.append(directory) }
            } catch {
                leftOut.append(MemberChoice.LeftOut(path: path, error: error))
            }
        }
        let clusters = directories.compactMap { directory in directory.cluster.map { (directory.path, $0) } }
        if let first = clusters.first, let other = clusters.first(where: { $0.1 != first.1 }) {
            throw .severalClusters(first.0, first.1, other.0, other.1)
        }
        self.directories = directories
        self.leftOut = leftOut
    }

    /// The directory that has most, and of several one whose keys can be read.
    ///
    /// - Throws: `.noneReadable`.
    public func choose() throws(MemberChoiceError) -> (directory: MemberDirectory, choice: MemberChoice) {
        guard let (best, damaged) = self.furthest() else { throw .noneReadable(self.leftOut) }
        let voters = best.entries.map { best.facts.voters(after: $0) } ?? best.facts.voters
        let finished = self.directories.filter(\.isReadToItsEnd)
        let given = Set(finished.compactMap(\.member?.rawValue))
        var contradicting: [String] = []
        var committedElsewhere: UInt64 = 0
        for other in self.directories where other.path != best.path {
            guard let agreement = best.agreement(with: other) else { continue }
            if agreement.contradict, agreement.index < other.committed { contradicting.append(other.path) }
            committedElsewhere = max(committedElsewhere, min(other.committed, agreement.index))
        }
        let choice = MemberChoice(
            path: best.path,
            reach: best.reach,
            votersGiven: voters.isEmpty ? given.count : given.intersection(voters).count,
            voterCount: voters.count,
            contradicting: contradicting,
            unfinished: self.directories.lazy.filter { !$0.isReadToItsEnd }.map(\.path),
            damaged: damaged,
            leftOut: self.leftOut,
            committedElsewhere: committedElsewhere
        )
        return (best, choice)
    }

    /// The directory whose log goes furthest, the first of those whose keys can be read, and the ones before it.
    private func furthest() -> (best: MemberDirectory, damaged: [String])? {
        let best = self.directories.reduce(nil) { (best: MemberDirectory?, next) in
            guard let best else { return next }
            return best.reach.isBehind(next.reach) ? next : best
        }
        guard let best else { return nil }
        let equals = self.directories.filter { !$0.reach.isBehind(best.reach) }
        guard equals.count > 1, let sound = equals.firstIndex(where: \.hasReadableKeys) else {
            return (best, [])
        }
        return (equals[sound], equals[..<sound].map(\.path))
    }

    /// The state of the directory that has most, with its log.
    ///
    /// - Parameters:
    ///   - paths: Data directories of one cluster's members; one alone is read as it is.
    ///   - reading: How the log is read.
    /// - Returns: The directory, its state with passwords, and what a person should know.
    /// - Throws: ``MemberChoiceError``; `StorageError` when the only one, or the chosen one, cannot be read.
    public static func best(
        of paths: [String],
        _ reading: LogReading
    ) throws -> (directory: MemberDirectory, state: MemberState, notes: [SourceNote]) {
        let directories = try MemberDirectories(paths: paths)
        if paths.count == 1, let only = directories.leftOut.first { throw only.error }
        let (directory, choice) = try directories.choose()
        let state = try MemberState(
            of: directory,
            reading,
            isOfQuorum: choice.isOfQuorum,
            committedElsewhere: choice.committedElsewhere,
            makesPasswords: true
        )
        let notes = paths.count > 1 ? [SourceNote.chosenMember(choice)] : []
        return (directory, state, notes + state.notes)
    }
}

extension MemberDirectory {
    /// The last entry that this member knows to be committed.
    var committed: UInt64 { max(self.log.summary?.commit ?? 0, self.applied.index) }

    /// Up to which entry two members' logs are the same, and whether they contradict each other behind it; nil where
    /// that cannot be told.
    func agreement(with other: MemberDirectory) -> (index: UInt64, contradict: Bool)? {
        guard let own = self.entries, let theirs = other.entries else { return nil }
        return own.agreement(with: theirs)
    }
}

/// Why none of several directories can be chosen.
public enum MemberChoiceError: Error, Hashable, Sendable {
    case notADataDirectory(path: String)
    case severalClusters(String, ClusterID, String, ClusterID)
    case noneReadable([MemberChoice.LeftOut])
}

extension RaftPosition {
    /// Whether a log that ends here has less than one that ends there.
    fileprivate func isBehind(_ other: RaftPosition) -> Bool {
        (self.term, self.index) < (other.term, other.index)
    }
}
