import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
public import Operations

/// Changes as a person reads a log: a line each, in order, and behind them how many there were of what and by whom.
public struct ChangeLogText: Sendable {
    /// So many fields are named in a line.
    private static let fieldLimit = 4

    private let colors: Colors

    public init(_ appearance: Appearance) {
        self.colors = appearance.colors
    }

    /// `2410  2026-11-22T13:20:00Z  updated    shop  deployment.apps/web  by kubectl: spec.replicas, …`.
    public func line(_ details: ChangeDetails) -> String {
        let time = details.time.text
        let kind = self.colors.paint(atLeft(details.kindText, to: 9), details.meaning)
        let place = details.namespace.isEmpty ? "" : "\(details.namespace)  "
        var end = "\(place)\(details.objectName)"
        if !details.managers.isEmpty { end += "  by \(details.managersText)" }
        let fields = self.fields(of: details)
        if !fields.isEmpty { end += ": \(fields)" }
        return
            "\(atLeft(details.revisionText, to: 8))  \(atLeft(time, to: 25))  \(kind)  \(terminalText(end))\n"
    }

    private func fields(of details: ChangeDetails) -> String {
        if let unread = details.unreadText { return unread }
        guard details.kind == .updated else { return "" }
        if details.followsUnknown { return "the state before is not known" }
        if details.differsInBytesAlone { return "its bytes, which are no object" }
        let changes = details.difference.changes
        guard !changes.isEmpty else { return "no field" }
        let names = changes.prefix(Self.fieldLimit).map { "\($0.path)" }
        let rest = changes.count - names.count
        return names.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

/// How many changes there were, by resource and by manager.
public struct ChangeCounts: Sendable {
    struct Kinds: Hashable, Sendable {
        var created = 0
        var updated = 0
        var deleted = 0

        var all: Int { self.created + self.updated + self.deleted }
    }

    private var resources: [String: Kinds] = [:]
    private var managers: [String: Int] = [:]
    public private(set) var unknown = UnknownChanges()

    public init() {}

    /// Counts a change.
    public mutating func note(_ details: ChangeDetails) {
        var kinds = self.resources[details.resource.qualifiedName] ?? Kinds()
        switch details.kind {
        case .created: kinds.created += 1
        case .updated, .state: kinds.updated += 1
        case .deleted: kinds.deleted += 1
        }
        self.resources[details.resource.qualifiedName] = kinds
        for manager in details.managers { self.managers[manager, default: 0] += 1 }
        self.unknown.note(details)
    }

    /// Adds what was counted of further changes.
    public mutating func add(_ other: ChangeCounts) {
        self.resources.merge(other.resources) { left, right in
            Kinds(
                created: left.created + right.created,
                updated: left.updated + right.updated,
                deleted: left.deleted + right.deleted
            )
        }
        self.managers.merge(other.managers, uniquingKeysWith: +)
        self.unknown.add(other.unknown)
    }

    /// How many changes there were in all.
    public var count: Int { self.resources.values.reduce(0) { $0 + $1.all } }

    /// Two tables, most first.
    public var text: String {
        var table = Table(headings: ["RESOURCE", "CREATED", "UPDATED", "DELETED"])
        for (name, kinds) in self.resources.sorted(by: { ($1.value.all, $0.key) < ($0.value.all, $1.key) }) {
            table.append([name, "\(kinds.created)", "\(kinds.updated)", "\(kinds.deleted)"])
        }
        guard !self.managers.isEmpty else { return table.lines }
        var byManager = Table(headings: ["MANAGER", "CHANGES"])
        for (name, count) in self.managers.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            byManager.append([name, "\(count)"])
        }
        return table.lines + "\n" + byManager.lines
    }
}
