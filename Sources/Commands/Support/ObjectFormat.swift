import ArgumentParser

/// What `get -o` takes; without it a table.
enum ObjectFormat: ExpressibleByArgument, Equatable {
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

    static let allValueStrings = [
        "wide", "name", "etcd", "yaml", "json", "jsonl", "jsonpath=…", "jsonpath-file=…", "custom-columns=…",
        "custom-columns-file=…",
    ]
}
