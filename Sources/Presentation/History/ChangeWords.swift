import EtcdStorage
import JSONText
import KubernetesCodec
public import KubernetesRegistry
public import Operations

extension ChangeDetails {
    /// `deployment.apps/web`.
    var objectName: String { "\(self.resource.typeName)/\(self.name)" }

    /// `2410`; of a change that may not have been made `2410?`.
    var revisionText: String { self.change.revisionText }

    /// `created`, `updated`, `deleted`, with a `?` for a change that may not have been made; a state of which the changes
    /// are gone says so.
    var kindText: String { self.kindWord + (self.change.isUncertain ? "?" : "") }

    private var kindWord: String {
        switch self.kind {
        case .created: "created"
        case .updated: "updated"
        case .deleted: "deleted"
        case .state: "as it was"
        }
    }

    /// Why it is not known what the change did: `not read (its data is damaged)`; nil when all was read.
    var unreadText: String? {
        self.problem.map { (self.isUnknown ? "not known" : "not read") + " (\($0.problem))" }
    }

    var managersText: String { self.managers.isEmpty ? "-" : self.managers.joined(separator: ",") }

    var meaning: Colors.Meaning? {
        switch self.kind {
        case .created: .good
        case .deleted: .bad
        case .updated: .name
        case .state: .aside
        }
    }
}

extension RetainedChange {
    /// `2410`; of a change that may not have been made `2410?`.
    var revisionText: String { "\(self.revision)\(self.isUncertain ? "?" : "")" }
}

extension RegistryHistory {
    /// The line that says how far back the changes reach.
    public func reachLine(_ times: RevisionTimes) -> String {
        let compacted = self.changes.compactRevision
        guard compacted > 0 else { return "Note: nothing was compacted: all changes are there" }
        let first = self.changes.firstRevision
        let time = times.time(of: max(1, first &- 1))
        let placed = time.time == nil ? "" : " (\(time.text))"
        var line = "Note: changes are there from revision \(first) on\(placed); "
        let logged = self.changes.loggedCount
        if logged > 0 {
            line += "of those up to revision \(compacted), the last compaction, "
            line += "\(logged) \(logged == 1 ? "was" : "were") taken from the member's log; "
        }
        line += "of what came before, a compaction left one state of each object"
        let uncertain = self.changes.uncertainCount
        guard uncertain > 0 else { return line }
        let (are, were, them) = uncertain == 1 ? ("is", "it was", "it") : ("are", "they were", "them")
        return line
            + "\nNote: \(uncertain) of the changes \(are) marked with ?: the log has the request, and not whether "
            + "\(were) carried out; if so, then at the revision shown with \(them) or a later one"
    }

    /// The line that says that the moment since when changes are wanted is later than all that is known; nil when it is
    /// not.
    public func lateLine(since moment: Int64, _ times: RevisionTimes) -> String? {
        guard let newest = times.newest, moment > newest else { return nil }
        return "Note: \(momentText(moment)) is later than the newest time that the source's objects tell, "
            + "\(momentText(newest)): what happened since then is not in it"
    }
}

/// What could not be read or compared, to be said once behind everything else.
public struct UnknownChanges: Sendable {
    /// How many changes are unknown: the values differ, and one of them cannot be read.
    public private(set) var count = 0
    /// How many states could not be read of objects that were created or deleted, or that a compaction left.
    public private(set) var unreadCount = 0
    private var first: UnreadableObject?
    private var firstUnread: UnreadableObject?

    public init() {}

    /// Counts a change.
    public mutating func note(_ details: ChangeDetails) {
        guard let problem = details.problem else { return }
        if details.isUnknown {
            self.count += 1
            self.first = self.first ?? problem
        } else {
            self.unreadCount += 1
            self.firstUnread = self.firstUnread ?? problem
        }
    }

    /// Adds what was counted of further changes.
    public mutating func add(_ other: UnknownChanges) {
        self.count += other.count
        self.unreadCount += other.unreadCount
        self.first = self.first ?? other.first
        self.firstUnread = self.firstUnread ?? other.firstUnread
    }

    /// The lines that say so; none when all is known.
    public var lines: [String] {
        let changes = self.count == 1 ? "1 change is" : "\(self.count) changes are"
        let states = self.unreadCount == 1 ? "1 state was" : "\(self.unreadCount) states were"
        return errorLines("\(changes) unknown", self.first)
            + errorLines("\(states) not read", self.firstUnread)
    }
}

private func errorLines(_ what: String, _ first: UnreadableObject?) -> [String] {
    guard let first else { return [] }
    return ["Error: \(what): \(first.message)"] + (first.advice.map { ["  \($0)"] } ?? [])
}
