import KubernetesCodec
import KubernetesRegistry
public import Operations

/// What `encryption` prints.
public struct EncryptionText: Report {
    private let use: EncryptionUse
    private let source: String
    private let names: SpaceNames

    /// - Parameters:
    ///   - use: What was found.
    ///   - source: What the source is called.
    public init(_ use: EncryptionUse, source: String) {
        self.use = use
        self.source = source
        self.names = SpaceNames(showsRoots: use.rows.lazy.map(\.resource.clusterRoot).areSeveral)
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let top = colors.paint(terminalText("\(self.source): \(self.headline)"), .heading) + "\n"
        let tables = [self.keys, self.rows].filter { !$0.rows.isEmpty }
        let unused = self.use.unusedKeys.map { keys in
            keys.isEmpty
                ? "" : "\nConfigured, and no value needs it: \(keys.map(\.text).joined(separator: ", "))\n"
        }
        return top + tables.map { "\n" + $0.lines(in: colors) }.joined()
            + terminalLines(Array((unused ?? "").utf8))
    }

    private var headline: String {
        let unreadable = self.use.unreadableRows
        if !unreadable.isEmpty {
            let count = unreadable.reduce(0) { $0 + $1.count.live + $1.count.history }
            return "\(counted(count, "value")) cannot be read with this configuration"
        }
        guard !self.use.keys.isEmpty else { return "no value is encrypted" }
        let count = self.use.keys.reduce(0) { $0 + $1.count.live + $1.count.history }
        let need = count == 1 ? "needs" : "need"
        return "\(counted(count, "value")) \(need) \(counted(self.use.keys.count, "key"))"
    }

    private var countHeadings: [String] {
        self.use.hasHistory ? ["LIVE", "IN HISTORY"] : ["LIVE"]
    }

    private func cells(of count: EncryptionUse.Count) -> [String] {
        self.use.hasHistory ? [String(count.live), String(count.history)] : [String(count.live)]
    }

    /// What would be unreadable without each key.
    private var keys: SpaceTable {
        var table = SpaceTable(
            "Unreadable without the key",
            headings: ["KEY", "RESOURCES"] + self.countHeadings
        )
        for use in self.use.keys {
            table.append([use.key.text, String(use.resourceCount)] + self.cells(of: use.count))
        }
        return table
    }

    private var rows: SpaceTable {
        let hasConfiguration = self.use.unusedKeys != nil
        var table = SpaceTable(
            "Resources",
            headings: ["RESOURCE", "STORED"] + self.countHeadings
                + (hasConfiguration ? ["WITH THIS CONFIGURATION"] : [])
        )
        for row in self.use.rows {
            var cells = [self.names.name(of: row.resource), row.form.text] + self.cells(of: row.count)
            if let standing = row.standing { cells.append(standing.text) }
            table.append(cells)
        }
        return table
    }

    /// Counts of values; `provider`, `version` and `key` are left out of those that are plain.
    public func json() throws -> String {
        try indentedJSON(EncryptionJSON(self.use, source: self.source))
    }
}

extension EncryptionConfiguration.NamedKey {
    /// `aescbc key "key1"`, `kms v2 plugin "vault"`.
    fileprivate var text: String {
        self.provider == "kms"
            ? "kms \(self.version) plugin \"\(self.name)\"" : "\(self.provider) key \"\(self.name)\""
    }
}

extension EncryptionUse.Form {
    fileprivate var text: String {
        switch self {
        case .plain: "plain"
        case .encrypted(let key): key.text
        case .others: "with further keys"
        }
    }
}

extension EncryptionUse.Standing {
    fileprivate var text: String {
        switch self {
        case .readable: "readable"
        case .keyMissing: "not readable: the key is not there"
        case .plainThoughEncrypted: "plain until written again"
        case .notConfigured: ""
        case .plainUnreadable: "not readable: identity is not configured"
        }
    }

    /// For programs.
    fileprivate var code: String {
        switch self {
        case .readable: "readable"
        case .keyMissing: "keyMissing"
        case .plainThoughEncrypted: "plainThoughEncrypted"
        case .notConfigured: "notConfigured"
        case .plainUnreadable: "plainUnreadable"
        }
    }
}

private struct EncryptionJSON: Encodable {
    var source: String
    var history: Bool
    var resources: [Row]
    var keys: [Key]
    var unusedKeys: [Name]?

    struct Name: Encodable {
        var provider: String
        var version: String
        var key: String

        init(_ name: EncryptionConfiguration.NamedKey) {
            self.provider = name.provider
            self.version = name.version
            self.key = name.name
        }
    }

    struct Row: Encodable {
        var root: String
        var logicalCluster: String?
        var group: String
        var resource: String
        var stored: String
        var provider: String?
        var version: String?
        var key: String?
        var live: Int
        var liveBytes: Int
        var history: Int
        var historyBytes: Int
        var standing: String?
    }

    struct Key: Encodable {
        var provider: String
        var version: String
        var key: String
        var resources: Int
        var live: Int
        var history: Int
    }

    init(_ use: EncryptionUse, source: String) {
        self.source = source
        self.history = use.hasHistory
        self.resources = use.rows.map(Row.init)
        self.keys = use.keys.map {
            Key(
                provider: $0.key.provider,
                version: $0.key.version,
                key: $0.key.name,
                resources: $0.resourceCount,
                live: $0.count.live,
                history: $0.count.history
            )
        }
        self.unusedKeys = use.unusedKeys.map { $0.map(Name.init) }
    }
}

extension EncryptionJSON.Row {
    fileprivate init(_ row: EncryptionUse.Row) {
        var name: EncryptionConfiguration.NamedKey?
        if case .encrypted(let key) = row.form { name = key }
        self.init(
            root: row.resource.clusterRoot.prefixText,
            logicalCluster: row.resource.clusterRoot.logicalClusterText,
            group: row.resource.group,
            resource: row.resource.plural,
            stored: row.form == .plain ? "plain" : "encrypted",
            provider: name?.provider,
            version: name?.version,
            key: name?.name,
            live: row.count.live,
            liveBytes: row.count.liveByteCount,
            history: row.count.history,
            historyBytes: row.count.historyByteCount,
            standing: row.standing?.code
        )
    }
}
