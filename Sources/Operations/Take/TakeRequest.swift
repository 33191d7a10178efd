public import EtcdClient
import Files
public import FoundationEssentials
import SystemPackage

/// Where a snapshot comes from and where it goes.
public struct TakeRequest: Sendable {
    /// Members of one cluster, in the order in which equals are asked.
    public var endpoints: [EtcdEndpoint]
    /// Whether they are addresses of one member: then nothing is odd about those that are not used.
    public var endpointsLeadToOneMember = false
    public var options: ConnectionOptions
    public var destination: TakeDestination
    /// Whether a file of that name may be replaced.
    public var replacing = false
    /// Whether a learner may be asked where no voting member is reached.
    public var allowsLearner = false
    /// A snapshot of fewer live keys than this is refused.
    public var expectedKeys = 0
    /// Where records are kept while a snapshot is made of them, for a server that sends none itself.
    public var spoolDirectory = "/tmp"
    /// How long to wait for the next bytes.
    public var progressTimeout = Duration.seconds(60)
    /// The time now.
    public var date: @Sendable () -> Date

    public init(
        endpoints: [EtcdEndpoint],
        options: ConnectionOptions,
        destination: TakeDestination,
        date: @escaping @Sendable () -> Date
    ) {
        self.endpoints = endpoints
        self.options = options
        self.destination = destination
        self.date = date
    }
}

/// Where the snapshot is written.
public enum TakeDestination: Hashable, Sendable {
    /// Under exactly this name.
    case file(path: String)
    /// Under a name that says what it is: `etcd-<cluster>-20261122T182400Z-rev2865.db`.
    ///
    /// `name` stands in the cluster ID's place.
    case directory(path: String, name: String?)

    /// What a person named: a directory that is there, or else a file.
    public init(_ path: String, name: String?) {
        self =
            path.hasSuffix("/") || isDirectory(path: path)
            ? .directory(path: path, name: name) : .file(path: path)
    }

    /// The directory that the file will lie in.
    var directory: String {
        switch self {
        case .directory(let path, _): return path
        case .file(let path):
            let parent = FilePath(path).removingLastComponent().string
            return parent.isEmpty ? "." : parent
        }
    }

    /// The name for the time of writing; in a directory always the same, so that what a killed run left there
    /// is known again.
    var provisionalPath: String {
        switch self {
        case .file(let path): path
        case .directory(let path, _): FilePath(path).appending("etcd-snapshot-unfinished").string
        }
    }

    /// The name that the finished file gets; the revision is the file's own.
    func finalPath(of status: MemberStatus, revision: Int64, date: Date) -> String {
        self.finalPath(named: self.nameBeginning(for: status), revision: revision, date: date)
    }

    /// The name that the finished file gets, whose name in a directory begins as ``nameBeginning(of:)`` says.
    func finalPath(named beginning: String, revision: Int64, date: Date) -> String {
        switch self {
        case .file(let path): return path
        case .directory(let path, _):
            let time = date.formatted(
                Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
            )
            let file = "\(beginning)\(time)-rev\(revision).db"
            return path == "." ? file : FilePath(path).appending(file).string
        }
    }

    /// How the names of a cluster's snapshots begin; empty where a person names them.
    func nameBeginning(for status: MemberStatus) -> String {
        self.nameBeginning(of: status.isKine ? "kine" : String(status.clusterID, radix: 16))
    }

    /// The same for what stands for the cluster where a person gives no name.
    func nameBeginning(of cluster: String) -> String {
        switch self {
        case .file: ""
        case .directory(_, let name): "etcd-\(name ?? cluster)-"
        }
    }
}
