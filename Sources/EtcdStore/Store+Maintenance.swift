import Bolt
public import EtcdMessages
public import EtcdStorage
public import Files
import Synchronization

/// What `Status` says of the store.
public struct StoreStatus: Hashable, Sendable {
    /// The source and what was written since, in bytes.
    public var databaseByteCount: Int64
    /// As far as it is still needed, in bytes.
    public var databaseByteCountInUse: Int64
    /// How many changes were applied to the source's database and to this store: a raft index.
    public var appliedIndex: UInt64
    /// Alarms, ordered by kind and then by member.
    public var alarms: [Etcdserverpb_AlarmMember]
    /// `storageVersion` of the source, empty before etcd 3.6.
    public var storageVersion: String
}

/// A snapshot that was written.
public struct WrittenSnapshot: Hashable, Sendable {
    /// Length of the database, in bytes; in the file 32 bytes of digest follow.
    public var databaseByteCount: Int
    /// SHA-256 of the database.
    public var digest: [UInt8]
    /// The store's revision in it.
    public var revision: Int64
}

extension Store {
    /// The CRC-32C of all buckets, but for what differs between members.
    ///
    /// - Throws: `.corrupt` when the source is damaged.
    public func hash() throws(EtcdError) -> Etcdserverpb_HashResponse {
        let contents = self.contents
        var sink = HashSink(.sharedByMembers)
        do {
            try contents.image().write(to: &sink)
        } catch {
            throw EtcdError(error)
        }
        var response = Etcdserverpb_HashResponse()
        response.header = self.header(at: contents.overlay.revision)
        response.hash = sink.sum.value
        return response
    }

    /// The CRC-32C of all changes up to a revision; 0 means the newest.
    ///
    /// - Throws: `.compacted` for a revision at or below the last compaction, `.futureRevision`, `.corrupt`.
    public func hashKV(
        _ request: Etcdserverpb_HashKVRequest
    ) throws(EtcdError) -> Etcdserverpb_HashKVResponse {
        let overlay = self.overlay
        var response = Etcdserverpb_HashKVResponse()
        response.hash = try EtcdError.translating { () throws(StorageError) in
            try overlay.hashKV(at: request.revision)
        }
        response.header = self.header(at: overlay.revision)
        response.compactRevision = overlay.compactRevision
        return response
    }

    /// Lists, raises or ends alarms.
    public func alarm(_ request: Etcdserverpb_AlarmRequest) -> Etcdserverpb_AlarmResponse {
        let (alarms, revision) = self.state.withLock { state in
            state.requests += 1
            return (state.alarms.perform(request), state.overlay.revision)
        }
        var response = Etcdserverpb_AlarmResponse()
        response.header = self.header(at: revision)
        response.alarms = alarms.map(\.message)
        return response
    }

    public var status: StoreStatus {
        let contents = self.contents
        let byteCount = Int64(contents.overlay.totalByteCount)
        return StoreStatus(
            databaseByteCount: byteCount,
            databaseByteCountInUse: byteCount,
            appliedIndex: contents.appliedIndex,
            alarms: contents.alarms.sorted.map(\.message),
            storageVersion: contents.overlay.source?.facts.storageVersion ?? ""
        )
    }

    /// The source and what was written since, in bytes; whoever asks does not wait for a write that goes on.
    public var byteCount: Int { self.size.load(ordering: .relaxed) }

    /// Writes source and overlay as a fresh database with its digest behind it: a snapshot file.
    ///
    /// The file is not synced. Writers go on meanwhile; the snapshot is of the moment of the call.
    ///
    /// - Returns: What was written.
    /// - Throws: Damage in the source, and what the file refuses.
    public func writeSnapshot(to file: OutputFile) throws(StorageError) -> WrittenSnapshot {
        let contents = self.contents
        let written = try contents.image().writeSnapshot(to: file)
        return WrittenSnapshot(
            databaseByteCount: written.byteCount,
            digest: written.digest,
            revision: contents.overlay.revision
        )
    }

    /// Writes source and overlay as ``writeSnapshot(to:)`` does, without a digest.
    ///
    /// - Returns: Length of the database in bytes, and the store's revision in it.
    /// - Throws: Damage in the source, and what the file refuses.
    public func writeDatabase(to file: OutputFile) throws(StorageError) -> (byteCount: Int, revision: Int64) {
        let contents = self.contents
        return (try contents.image().writeDatabase(to: file), contents.overlay.revision)
    }

    /// The source's file, the length of the database in it, and the store's revision, while the source holds pair for
    /// pair what a snapshot would hold; else nil.
    ///
    /// Nobody has written to the store then, and no lease was kept alive. How the source lays its pages out, and
    /// whether they are sound, is not looked at.
    public var unchangedSource: (file: MappedFile, byteCount: Int, revision: Int64)? {
        let contents = self.contents
        guard let bolt = contents.unchangedSource?.bolt else { return nil }
        return (bolt.file, bolt.byteCount, contents.overlay.revision)
    }

    /// The database of this moment: source and overlay.
    ///
    /// - Throws: Damage in the source.
    public func image() throws(StorageError) -> DatabaseImage { try self.contents.image() }

    /// The leases of this moment, in order of their IDs.
    public var leases: [Lease] {
        self.state.withLock { $0.leases.table.entries.values.map(\.lease) }.sorted { $0.id < $1.id }
    }

    /// The alarms of this moment, ordered by kind and then by member.
    public var alarms: [Alarm] { self.state.withLock { $0.alarms.sorted }.map(\.stored) }

    /// The store as a snapshot of this moment would hold it.
    private var contents: SnapshotContents {
        self.state.withLock { state in
            SnapshotContents(
                overlay: state.overlay,
                leases: state.leases.table,
                alarms: state.alarms,
                users: UserRecords(users: state.users),
                cluster: state.cluster,
                position: state.position,
                requests: state.requests,
                raftTerm: self.identity.raftTerm
            )
        }
    }
}
