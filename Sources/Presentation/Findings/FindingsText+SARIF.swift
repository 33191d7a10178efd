import ClusterChecks

extension FindingsText {
    /// One run whose results are the findings, each at the object's place in the source.
    ///
    /// Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
    func sarif() throws -> String {
        let findings = self.checks.flatMap(\.findings.kept)
        let remedies = Dictionary(grouping: findings, by: \.problem.rule).mapValues { Set($0.map(\.remedy)) }
        let rules = remedies.sorted { $0.key < $1.key }.map { rule, remedies in
            let remedy = remedies.count == 1 ? remedies.first : nil
            return SARIFLog.Rule(id: rule, help: remedy.map { SARIFLog.Message(text: $0) })
        }
        let log = SARIFLog(
            runs: [
                SARIFLog.Run(
                    tool: SARIFLog.Tool(driver: SARIFLog.Driver(rules: rules)),
                    results: findings.map { SARIFLog.Result($0, in: self.source) },
                    properties: SARIFLog.Properties(untold: self.untoldCount)
                )
            ]
        )
        return try indentedJSON(log)
    }
}

private struct SARIFLog: Encodable {
    struct Message: Encodable {
        var text: String
    }

    struct Rule: Encodable {
        var id: String
        /// nil where it is another for each finding.
        var help: Message?
    }

    struct Driver: Encodable {
        var name = "registree"
        var rules: [Rule]
    }

    struct Tool: Encodable {
        var driver: Driver
    }

    struct ArtifactLocation: Encodable {
        var uri: String
    }

    struct PhysicalLocation: Encodable {
        var artifactLocation: ArtifactLocation
    }

    struct LogicalLocation: Encodable {
        var fullyQualifiedName: String
        var kind = "object"
    }

    struct Location: Encodable {
        var physicalLocation: PhysicalLocation
        var logicalLocations: [LogicalLocation]?
    }

    struct Result: Encodable {
        var ruleId: String
        var level: String
        var message: Message
        var locations: [Location]

        init(_ finding: Finding, in source: String) {
            self.ruleId = finding.problem.rule
            self.level =
                switch finding.severity {
                case .info: "note"
                case .warning: "warning"
                case .error: "error"
                }
            self.message = Message(text: "\(finding.objectText): \(finding.reason). \(finding.remedy)")
            let object = finding.object.map { object in
                [object.resource, object.namespace, object.name].filter { !$0.isEmpty }.joined(separator: "/")
            }
            self.locations = [
                Location(
                    physicalLocation: PhysicalLocation(
                        artifactLocation: ArtifactLocation(uri: uri(of: source))
                    ),
                    logicalLocations: object.map { [LogicalLocation(fullyQualifiedName: $0)] }
                )
            ]
        }
    }

    struct Run: Encodable {
        var tool: Tool
        var results: [Result]
        var properties: Properties
    }

    struct Properties: Encodable {
        /// How many findings there are that are no results.
        var untold: Int
    }

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version
        case runs
    }

    var schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]
}

/// A path as a relative reference, or as the path of a file's URL.
///
/// Source: RFC 3986, section 4.2.
private func uri(of path: String) -> String {
    var text = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "/"):
            text.unicodeScalars.append(Unicode.Scalar(byte))
        default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
    return text
}
