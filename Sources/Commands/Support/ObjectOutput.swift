import ArgumentParser
import KubernetesTables
import Operations
import Presentation

/// What `get -o` takes; without it a table.
enum ObjectOutput: ExpressibleByArgument, Equatable {
    case wide
    case name
    case etcd
    case yaml
    case json
    case jsonLines
    case jsonPath(String)
    case jsonPathFile(String)
    case customColumns(String)
    case customColumnsFile(String)

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        switch (parts[0], parts.count > 1 ? parts[1] : nil) {
        case ("wide", nil): self = .wide
        case ("name", nil): self = .name
        case ("etcd", nil): self = .etcd
        case ("yaml", nil): self = .yaml
        case ("json", nil): self = .json
        case ("jsonl", nil): self = .jsonLines
        case ("jsonpath", let template?): self = .jsonPath(template)
        case ("jsonpath-file", let path?): self = .jsonPathFile(path)
        case ("custom-columns", let columns?): self = .customColumns(columns)
        case ("custom-columns-file", let path?): self = .customColumnsFile(path)
        default: return nil
        }
    }

    static let defaultCompletionKind = CompletionKind.list(["wide", "name", "etcd", "yaml", "json", "jsonl"])

    static let allValueStrings = [
        "wide", "name", "etcd", "yaml", "json", "jsonl", "jsonpath=…", "jsonpath-file=…", "custom-columns=…",
        "custom-columns-file=…",
    ]
}

/// Reads the templates that an output names, and calls `table` for the format of a table.
///
/// - Throws: `Failure` for a template that cannot be understood.
func objectFormat(_ output: ObjectOutput?, table: (_ isWide: Bool) -> ObjectFormat) throws -> ObjectFormat {
    switch output {
    case nil: table(false)
    case .wide: table(true)
    case .name: .name
    case .etcd: .etcd
    case .yaml: .yaml
    case .json: .json
    case .jsonLines: .jsonLines
    case .jsonPath(let template): .jsonPath(try parsed("-o jsonpath") { try JSONPath(template) })
    case .jsonPathFile(let path): .jsonPath(try parsed("-o jsonpath") { try JSONPath(text(ofFile: path)) })
    case .customColumns(let text):
        .customColumns(try parsed("-o custom-columns") { try CustomColumns(text) })
    case .customColumnsFile(let path):
        .customColumns(try parsed("-o custom-columns") { try CustomColumns(file: text(ofFile: path)) })
    }
}

private func text(ofFile path: String) throws -> String {
    String(decoding: try contents(ofFile: path), as: UTF8.self)
}

/// Says which flag a template came from when it cannot be understood.
func parsed<Result>(_ flag: String, _ parse: () throws -> Result) throws -> Result {
    do {
        return try parse()
    } catch let error as JSONPathError {
        throw Failure("\(flag): \(error)", status: .badInput)
    }
}
