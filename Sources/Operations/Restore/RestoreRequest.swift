public import EtcdStorage

/// What somebody wants restored, and to where.
public struct RestoreRequest: Sendable {
    /// Where the restored members' data go.
    public enum Destination: Hashable, Sendable {
        /// One member's data directory, and its log's directory when that is to lie elsewhere.
        case member(InitialCluster.Member, dataDirectory: String, logDirectory: String?)
        /// A directory that gets the data directory `<directory>/<name>` of every member.
        case allMembers(directory: String)
    }

    /// A snapshot file; or a database without a digest, with ``skipsHashCheck``.
    public var snapshotPath: String
    public var cluster: InitialCluster
    public var destination: Destination
    public var bump: RevisionBump?
    /// Whether to restore without comparing the file with its digest, and also a file that has none.
    public var skipsHashCheck: Bool

    public init(
        snapshotPath: String,
        cluster: InitialCluster,
        destination: Destination,
        bump: RevisionBump? = nil,
        skipsHashCheck: Bool = false
    ) {
        self.snapshotPath = snapshotPath
        self.cluster = cluster
        self.destination = destination
        self.bump = bump
        self.skipsHashCheck = skipsHashCheck
    }
}

/// One member's place in a restore.
public struct RestoredMember: Hashable, Sendable {
    public var member: InitialCluster.Member
    public var dataDirectory: String
    /// The log's directory: inside the data directory, or where `--wal-dir` puts it.
    public var logDirectory: String
    /// Whether the log's directory is one of its own.
    public var hasOwnLogDirectory: Bool
}

extension RestoreRequest {
    /// The members to be restored, in the order of their names.
    ///
    /// - Throws: `.unusableMemberName` for a member's name that cannot be one.
    var members: [RestoredMember] {
        get throws(RestoreError) {
            switch self.destination {
            case .member(let member, let dataDirectory, let logDirectory):
                return [RestoredMember(member, in: dataDirectory, logDirectory: logDirectory)]
            case .allMembers(let directory):
                var members: [RestoredMember] = []
                for member in self.cluster.members.sorted(by: { $0.name < $1.name }) {
                    guard isDirectoryName(member.name) else { throw .unusableMemberName(member.name) }
                    let dataDirectory = "\(directory)/\(member.name)"
                    members.append(RestoredMember(member, in: dataDirectory, logDirectory: nil))
                }
                return members
            }
        }
    }
}

extension RestoredMember {
    init(_ member: InitialCluster.Member, in dataDirectory: String, logDirectory: String?) {
        self.member = member
        self.dataDirectory = dataDirectory
        self.logDirectory = logDirectory ?? DataDirectoryLayout(root: dataDirectory).writeAheadLog
        self.hasOwnLogDirectory = logDirectory != nil
    }
}

private func isDirectoryName(_ name: String) -> Bool {
    name != "." && name != ".." && name.utf8.count <= 255 && !name.utf8.contains { $0 == 0x2F || $0 == 0 }
}

/// Why a snapshot was not restored, beyond what its file or the file system say themselves.
public enum RestoreError: Error, Hashable, Sendable {
    /// The snapshot ends without a digest.
    case noDigest(path: String)
    /// The snapshot has damage that shows without a digest.
    case unsound(path: String, findings: Int)
    /// What was written does not read back as it should; the disk or this program is at fault.
    case writtenFileDiffers(path: String)
    /// The member's name cannot be a directory's.
    case unusableMemberName(String)
}
