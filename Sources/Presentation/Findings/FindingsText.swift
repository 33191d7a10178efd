public import ClusterChecks

/// The formats of what a check found.
public enum FindingsFormat: String, CaseIterable, Sendable {
    case table
    case json
    /// XML, as test runners write it and build servers read it.
    case junit
    /// JSON, as code scanners write it.
    case sarif
}

/// What the checks of a source found.
public struct FindingsText: Report {
    let checks: [CheckFindings]
    /// What the source is called.
    let source: String

    public init(_ checks: [CheckFindings], of source: String) {
        self.checks = checks
        self.source = source
    }

    /// The findings, the worst first.
    private var sorted: [(check: FindingCheckName, finding: Finding)] {
        let all = self.checks.flatMap { check in check.findings.kept.map { (check: check.check, finding: $0) }
        }
        let order = all.indices.sorted { left, right in
            let (one, other) = (all[left].finding.severity, all[right].finding.severity)
            return one == other ? left < right : other < one
        }
        return order.map { all[$0] }
    }

    /// How many findings are too many to be told.
    var untoldCount: Int { self.checks.reduce(0) { $0 + $1.untoldCount } }

    /// The worst severity of all; nil when nothing was found.
    public var worst: Severity? { self.checks.flatMap { $0.findings.kept.map(\.severity) }.max() }

    public var text: String { self.text(in: .none) }

    /// A row for each finding, then what to do about each sort of them, then how many there are.
    public func text(in colors: Colors) -> String {
        let found = self.sorted
        var text = ""
        if !found.isEmpty {
            var table = Table(headings: ["SEVERITY", "RULE", "OBJECT", "REASON"])
            for (_, finding) in found {
                table.append([
                    finding.severity.rawValue, finding.problem.rule, finding.objectText, finding.reason,
                ])
            }
            text += table.lines(in: colors)
            if self.untoldCount > 0 { text += "and \(self.untoldCount) more\n" }
            text += "\nWhat to do:\n"
            var told: Set<String> = []
            for (_, finding) in found where told.insert("\(finding.problem.rule)\(finding.remedy)").inserted {
                text += terminalText("  \(finding.problem.rule): \(finding.remedy)") + "\n"
            }
            text += "\n"
        }
        let counts = Severity.allCases.reversed().map { severity in
            let count = found.count { $0.finding.severity == severity }
            let text = severity == .info ? "\(count) to know" : counted(count, severity.rawValue)
            return colors.paint(text, count == 0 ? nil : severity.meaning)
        }
        let untold = self.untoldCount > 0 ? ", \(self.untoldCount) not listed" : ""
        return text + terminalText(self.source) + ": " + counts.joined(separator: ", ") + untold + "\n"
    }

    public func json() throws -> String {
        try indentedJSON(
            FindingsJSON(
                source: self.source,
                findings: self.sorted.map { check, finding in
                    FindingsJSON.Row(
                        severity: finding.severity.rawValue,
                        check: check.rawValue,
                        rule: finding.problem.rule,
                        object: finding.object.map {
                            FindingsJSON.Object(resource: $0.resource, namespace: $0.namespace, name: $0.name)
                        },
                        reason: finding.reason,
                        remedy: finding.remedy
                    )
                },
                untold: self.untoldCount
            )
        )
    }

    /// The findings in any format.
    public func text(as format: FindingsFormat, in colors: Colors) throws -> String {
        switch format {
        case .table: self.text(in: colors)
        case .json: try self.json()
        case .junit: self.junit()
        case .sarif: try self.sarif()
        }
    }
}

extension CheckFindings {
    /// How many findings are too many to be told.
    var untoldCount: Int { self.findings.count - self.findings.kept.count }
}

extension Severity {
    fileprivate var meaning: Colors.Meaning {
        switch self {
        case .info: .aside
        case .warning: .warning
        case .error: .bad
        }
    }
}

/// The shape of `check -o json`.
private struct FindingsJSON: Encodable {
    struct Object: Encodable {
        var resource: String
        var namespace: String
        var name: String
    }

    struct Row: Encodable {
        var severity: String
        var check: String
        var rule: String
        var object: Object?
        var reason: String
        var remedy: String
    }

    var source: String
    var findings: [Row]
    /// How many more there are.
    var untold: Int
}
