import EtcdStorage
import Files

/// The directories of a restore while they are built.
///
/// - One member: its data directory, and its log's when that lies elsewhere.
/// - All members, below a directory that does not exist: that directory, with one rename for all.
/// - All members, below a directory that exists: every member's data directory.
struct RestoreStage {
    /// One member's part: where its `member/` is built.
    private struct Place {
        var member: RestoredMember
        var stage: StagedDirectory
        /// Below the stage's content: "" or the member's name and `member/`.
        var prefix: String
        var log: StagedDirectory?
    }

    private let places: [Place]
    /// In the order in which they get their names.
    private let directories: [StagedDirectory]

    init(_ restore: Restore, outputs: StagedOutputs) throws(FileError) {
        if case .allMembers(let directory) = restore.request.destination,
            try fileExists(path: directory) == false
        {
            let stage = try StagedDirectory(destination: directory, outputs: outputs)
            self.directories = [stage]
            self.places = restore.members.map { member in
                Place(
                    member: member,
                    stage: stage,
                    prefix: "\(member.member.name)/\(DataDirectoryName.member)/"
                )
            }
            return
        }
        var places: [Place] = []
        for member in restore.members {
            let log =
                member.hasOwnLogDirectory
                ? try StagedDirectory(destination: member.logDirectory, outputs: outputs) : nil
            let stage = try StagedDirectory(
                destination: member.dataDirectory,
                entry: DataDirectoryName.member,
                outputs: outputs
            )
            places.append(Place(member: member, stage: stage, prefix: "", log: log))
        }
        self.places = places
        self.directories = places.compactMap(\.log) + places.map(\.stage)
    }

    /// The database file of the first member.
    func makeDatabase() throws(FileError) -> OutputFile {
        try self.makeDatabase(of: self.places[0])
    }

    /// Gives the other members the same database, which the first one's file holds completely.
    func copyDatabaseToOtherMembers() throws(FileError) {
        let first = self.places[0]
        let source = "\(first.stage.contentPath)/\(self.databaseName(of: first))"
        for place in self.places.dropFirst() {
            let file = try self.makeDatabase(of: place)
            try file.copyContents(ofFileAt: source)
            try file.synchronize()
            try file.close()
        }
    }

    /// Writes the member's log and its raft snapshot.
    func writeLog(of member: RestoredMember, in cluster: InitialCluster) throws(FileError) {
        for place in self.places where place.member == member {
            let log = place.log ?? place.stage
            let prefix = place.log == nil ? "\(place.prefix)\(DataDirectoryName.log)/" : ""
            try log.makeSubdirectory(prefix)
            let segment = try log.makeFile(prefix + WALWriter.segmentName)
            try segment.append(WALWriter.bootstrap(cluster, member: member.member))
            try segment.extend(to: WALWriter.segmentByteCount)
            try segment.synchronize()
            try segment.close()

            let name = "\(place.prefix)\(DataDirectoryName.snapshots)/\(SnapFile.name(cluster))"
            let snapshot = try place.stage.makeFile(name)
            try snapshot.append(SnapFile.bytes(cluster))
            try snapshot.synchronize()
            try snapshot.close()
        }
    }

    /// Gives every directory its name; when one cannot have it, none keeps one.
    func commit() throws(FileError) {
        try StagedDirectory.commit(self.directories)
    }

    private func databaseName(of place: Place) -> String {
        "\(place.prefix)\(DataDirectoryName.snapshots)/\(DataDirectoryName.database)"
    }

    private func makeDatabase(of place: Place) throws(FileError) -> OutputFile {
        try place.stage.makeSubdirectory(place.prefix + DataDirectoryName.snapshots)
        return try place.stage.makeFile(self.databaseName(of: place))
    }
}
