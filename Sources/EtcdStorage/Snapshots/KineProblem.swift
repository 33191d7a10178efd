/// Why a SQLite database does not give the keys that kine keeps in one.
///
/// Carries SQLite's own words and the numbers of rows, never a value.
public enum KineProblem: Hashable, Sendable {
    /// It has no table of kine's name.
    case noTable
    /// It has one that kine has not made; how it differs.
    case otherTable(String)
    /// SQLite finds it damaged, in its words.
    case damaged(String)
    /// A row that kine would not have written.
    case row(id: Int64, String)
    /// SQLite cannot read it, in its words.
    case unreadable(String)
    /// Its log was begun anew each time a copy was made.
    case busy
}

extension KineProblem {
    var explanation: String {
        let kind = "a SQLite database, as kine keeps one for k3s and k0s"
        return switch self {
        case .noTable: "\(kind), but without kine's table"
        case .otherTable(let difference): "\(kind), but its table kine \(difference)"
        case .damaged(let problem): "damaged: \(problem)"
        case .row(let id, let problem): "row \(id) of table kine: \(problem)"
        case .unreadable(let problem): "SQLite cannot read it: \(problem)"
        case .busy: "whoever has it open wrote to it each time it was copied"
        }
    }
}

/// What kine keeps under names of its own among the keys, for itself.
///
/// Source: k3s-io/kine `pkg/server/compact.go`.
public enum KineNotes {
    /// The compact revision.
    public static let compaction = Array("compact_rev_key".utf8)
    /// All names; the other one holds what an API server has put at the first.
    public static let names: Set<[UInt8]> = [compaction, Array("compact_rev_key_apiserver".utf8)]
}
