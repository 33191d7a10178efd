import EtcdStorage

extension ReceivedSnapshot {
    /// Which database is read, and why.
    var sentence: String {
        let place =
            "\(self.name), a database from the leader, is read in the place of db, as etcd does when it starts"
        return place + (self.databaseIndex.map { ": db is older (entry \($0))" } ?? ": there is no db")
    }
}

extension MemberLog.Problem {
    /// What is wrong with the log, what etcd makes of it, and what to do.
    var sentence: String {
        switch self {
        case .missing(let directory):
            "there is no write-ahead log in \(directory): where --wal-dir put it elsewhere, the latest entries are "
                + "there and not shown; where it is lost, they are lost, and \(restoreAdvice)"
        case .cut(let lastIndex):
            "the member's write-ahead log is cut within a record, behind entry \(lastIndex): when etcd starts, it "
                + "drops that record without a word, and confirmed entries that were behind it are lost here"
        case .damaged(let error):
            "the member's write-ahead log cannot be read to its end, so later entries may be missing, and etcd does "
                + "not start from it: \(error)"
        case .segmentMissing(let name):
            "a segment of the member's write-ahead log is missing behind \(name): the database has all that was in "
                + "it, but etcd may need it to start; \(restoreAdvice)"
        case .endsBeforeDatabase(let lastIndex, let databaseIndex):
            "the member's write-ahead log ends at entry \(lastIndex), before its database (entry "
                + "\(databaseIndex)): etcd starts all the same, and does not carry out new writes up to entry "
                + "\(databaseIndex); \(restoreAdvice)"
        case .beginsAfterDatabase(let firstIndex, let databaseIndex):
            "the member's write-ahead log begins at entry \(firstIndex), its database ends at \(databaseIndex): "
                + "the entries between are lost here, and etcd does not start; \(restoreAdvice)"
        case .receivedDatabaseMissing(let snapshot):
            "the member's write-ahead log goes on from a snapshot at entry \(snapshot.index), its database ends at "
                + "\(snapshot.databaseIndex ?? 0), and \(snapshot.name) is missing: etcd does not start; "
                + restoreAdvice
        case .ofUnknownMember(let member):
            "the write-ahead log is of member \(member), which the database beside it does not know: the two are "
                + "hardly of one member, though etcd would start from them; --no-log reads the database alone"
        }
    }
}

private let restoreAdvice =
    "do not start a member from this directory: take a snapshot of another member, or `registree restore` this "
    + "directory into a new one"
