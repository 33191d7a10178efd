public import EtcdStorage
import EtcdStore
import Files

/// A database of the state that a source had at an earlier revision, for those who restore or serve it.
///
///     bucket           what is written
///     key              the records up to the revision
///     lease            the source's, and those that the keys of then hang on and that are gone
///     others           the source's as they are: users, members and alarms have no history
///
/// Of the leases that are gone nothing is known but their IDs. Without them etcd would keep their keys for ever.
public struct EarlierState: Sendable {
    public let database: EtcdDatabase
    /// The revision.
    public let revision: Int64
    /// The newest revision of the source, which clients may have seen.
    public let newestRevision: Int64
    /// The IDs of the leases that were granted anew, ascending.
    public let grantedLeases: [Int64]

    /// Writes the database of an earlier revision, with its digest, into a file without a name.
    ///
    /// - Parameters:
    ///   - revision: Not above the newest, and not compacted.
    ///   - state: The newest state.
    ///   - missingLeaseTTL: How long the leases live that are granted anew, in seconds.
    ///   - directory: Where the file goes.
    /// - Throws: `StorageError`: `.compacted`, `.futureRevision`, damage in the source, `.file`.
    public init(
        at revision: Int64,
        of state: MemberState,
        missingLeaseTTL: Int64,
        scratchDirectory directory: String
    ) throws(StorageError) {
        let path = state.database.path
        let keyspace =
            if let replayed = state.replayed {
                try replayed.overlay.keyspace(at: revision)
            } else {
                try state.database.keyspace(at: revision)
            }
        let leases = try state.source.leases()
        let missing = try keyspace.leasesNotAmong(leases)
        let image = try state.image().upTo(revision, granting: missing, ttl: missingLeaseTTL)
        let output = try naming(path) { () throws(FileError) in try OutputFile(namelessIn: directory) }
        _ = try image.writeSnapshot(to: output)
        let file = try naming(path) { () throws(FileError) in try output.mapped() }
        self.database = try EtcdDatabase(unpacked: file, from: path)
        self.revision = keyspace.revision
        self.newestRevision = keyspace.currentRevision
        self.grantedLeases = missing
    }
}
