import EtcdStorage
public import EtcdStore
import JSONText
public import Operations

/// In which form entries of a log are printed.
public enum LogFormat: String, CaseIterable, Sendable {
    case table
    /// An object a line.
    case json
}

/// Entries of a log as `etcd-dump-logs` lists them, with the sizes of values in place of the values.
///
/// Source: etcd-io/etcd `tools/etcd-dump-logs/main.go`.
public struct LogLineText: Sendable {
    private let format: LogFormat

    public init(_ format: LogFormat) {
        self.format = format
    }

    /// What stands above the entries; nothing for programs.
    public func heading(of listing: LogListing) -> String {
        guard self.format == .table else { return "" }
        let summary = listing.entries.summary
        let member = summary.member.map { "\($0)" } ?? "unknown"
        let cluster = summary.cluster.map { "\($0)" } ?? "unknown"
        return "WAL metadata:\n"
            + "nodeID=\(member) clusterID=\(cluster) term=\(summary.term) commitIndex=\(summary.commit)\n"
            + "WAL entries: \(listing.entries.indexes.count)\nlastIndex=\(listing.entries.lastIndex)\n"
            + "\(padded("term", to: 4))\t\(padded("index", to: 10))\ttype\tdata\n"
    }

    /// The line that says that no entry is among those that are asked for.
    public func nothingLine(of listing: LogListing) -> String {
        let indexes = listing.entries.indexes
        guard let last = indexes.last else { return "The log has no entries." }
        return
            "None of the log's entries, \(indexes.lowerBound) to \(last), is among those that are asked for."
    }

    /// A line with its end.
    public func line(_ entry: LoggedEntry) -> String {
        switch self.format {
        case .table:
            "\(padded("\(entry.entry.term)", to: 4))\t\(padded("\(entry.entry.index)", to: 10))\t"
                + "\(entry.entry.kind.word)\t\(entry.content.text)\n"
        case .json: entry.json + "\n"
        }
    }
}

private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

extension LogEntryKind {
    /// As etcd-dump-logs calls it.
    fileprivate var word: String {
        switch self {
        case .normal: "norm"
        case .memberChange: "conf"
        case .jointMemberChange: "confv2"
        case .other(let number): "\(number)"
        }
    }
}

// MARK: For people

extension LoggedEntry.Content {
    fileprivate var text: String {
        switch self {
        case .empty: ""
        case .memberChange(let change): "\(change.kind.rawValue) member=\(change.member)"
        case .request(let action, let user):
            action.text + (user.isEmpty ? "" : " by=\(quoted(Array(user.utf8)))")
        case .versionTwo(let action): action.text
        case .unknownRequest: "unknown request"
        case .unreadable: "unreadable"
        }
    }
}

extension LoggedAction {
    fileprivate var text: String {
        var words: [String] = []
        // A request about one key says what it is by itself.
        if self.request == .txn || self.operations.isEmpty { words.append(self.request.rawValue) }
        words += self.details.map { "\($0.name)=\($0.content.text)" }
        words += self.comparisons.map { "if \($0.text)" }
        words += self.operations.map(\.text)
        return words.joined(separator: " ")
    }
}

extension LoggedAction.Detail.Content {
    fileprivate var text: String {
        switch self {
        case .text(let text): quoted(Array(text.utf8))
        case .number(let number): "\(number)"
        case .identifier(let id): String(id, radix: 16)
        case .byteCount(let count): masked(count)
        }
    }
}

extension LoggedAction.Comparison {
    fileprivate var text: String {
        let value = self.number.map { "\($0)" } ?? self.valueByteCount.map(masked) ?? "0"
        return "\(self.target.rawValue)(\(quoted(self.key)))\(self.result.rawValue)\(value)"
    }
}

extension LoggedAction.Operation {
    fileprivate var text: String {
        var text = self.branch.map { $0 == .success ? "then " : "else " } ?? ""
        text += "\(self.kind.rawValue) key=\(quoted(self.key))"
        if !self.rangeEnd.isEmpty { text += " range_end=\(quoted(self.rangeEnd))" }
        if let count = self.valueByteCount { text += " value=\(masked(count))" }
        if self.lease != 0 { text += " lease=\(String(UInt64(bitPattern: self.lease), radix: 16))" }
        return text
    }
}

/// What stands for a value.
private func masked(_ byteCount: Int) -> String { "<\(counted(byteCount, "byte"))>" }

/// Text in quotation marks, harmless on a terminal.
private func quoted(_ bytes: [UInt8]) -> String { "\"\(terminalText(bytes))\"" }

// MARK: For programs

extension LoggedEntry {
    fileprivate var json: String {
        var fields = [
            "\"term\":\(self.entry.term)", "\"index\":\(self.entry.index)",
            "\"type\":\(GoJSON.string(self.entry.kind.word))", "\"bytes\":\(self.byteCount)",
        ]
        switch self.content {
        case .empty: break
        case .memberChange(let change):
            fields.append("\"change\":\"\(change.kind.rawValue)\"")
            fields.append("\"member\":\"\(change.member)\"")
        case .request(let action, let user):
            if !user.isEmpty { fields.append("\"by\":\(GoJSON.string(user))") }
            fields += action.jsonFields
        case .versionTwo(let action): fields += action.jsonFields
        case .unknownRequest: fields.append("\"request\":\"unknown\"")
        case .unreadable: fields.append("\"request\":\"unreadable\"")
        }
        return "{\(fields.joined(separator: ","))}"
    }
}

extension LoggedAction {
    fileprivate var jsonFields: [String] {
        var fields = ["\"request\":\"\(self.request.rawValue)\""]
        if !self.details.isEmpty {
            let details = self.details.map { "{\"name\":\"\($0.name)\",\"value\":\($0.content.json)}" }
            fields.append("\"details\":[\(details.joined(separator: ","))]")
        }
        if !self.comparisons.isEmpty {
            fields.append("\"compare\":[\(self.comparisons.map(\.json).joined(separator: ","))]")
        }
        if !self.operations.isEmpty {
            fields.append("\"operations\":[\(self.operations.map(\.json).joined(separator: ","))]")
        }
        return fields
    }
}

extension LoggedAction.Detail.Content {
    fileprivate var json: String {
        switch self {
        case .text(let text): GoJSON.string(text)
        case .number(let number): "\(number)"
        case .identifier(let id): "\"\(String(id, radix: 16))\""
        case .byteCount(let count): "{\"bytes\":\(count)}"
        }
    }
}

extension LoggedAction.Comparison {
    fileprivate var json: String {
        var fields = [
            "\"target\":\"\(self.target.rawValue)\"", "\"key\":\(jsonText(self.key))",
            "\"result\":\"\(self.result.rawValue)\"",
        ]
        if let number { fields.append("\"number\":\(number)") }
        if let valueByteCount { fields.append("\"valueBytes\":\(valueByteCount)") }
        return "{\(fields.joined(separator: ","))}"
    }
}

extension LoggedAction.Operation {
    fileprivate var json: String {
        var fields = ["\"request\":\"\(self.kind.rawValue)\"", "\"key\":\(jsonText(self.key))"]
        if let branch { fields.append("\"branch\":\"\(branch.rawValue)\"") }
        if !self.rangeEnd.isEmpty { fields.append("\"rangeEnd\":\(jsonText(self.rangeEnd))") }
        if let valueByteCount { fields.append("\"valueBytes\":\(valueByteCount)") }
        if self.lease != 0 {
            fields.append("\"lease\":\"\(String(UInt64(bitPattern: self.lease), radix: 16))\"")
        }
        return "{\(fields.joined(separator: ","))}"
    }
}

/// Bytes as a JSON string; those that are not UTF-8 become U+FFFD.
private func jsonText(_ bytes: [UInt8]) -> String { GoJSON.string(String(decoding: bytes, as: UTF8.self)) }
