/// The table in `fixtures/README.md`: SHA-256 in hexadecimal by path below `fixtures/`.
///
/// A row is ``| `path` | made by | what it holds | `SHA-256` |``.
func fixtureTable(in readme: String) -> [String: String] {
    let row = #/^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$/#
    let rows = readme.split(separator: "\n").compactMap { line in
        (try? row.wholeMatch(in: line)).map { (String($0.1), String($0.2)) }
    }
    return Dictionary(rows, uniquingKeysWith: { first, _ in first })
}

/// Differences between the table and the files that are there, given as SHA-256 by path.
func fixtureFindings(table: [String: String], files: [String: String]) -> [Finding] {
    Set(table.keys).union(files.keys).sorted().compactMap { path in
        switch (table[path], files[path]) {
        case (nil, _): Finding(file: path, rule: "is not listed in fixtures/README.md")
        case (_, nil): Finding(file: path, rule: "is listed in fixtures/README.md and is not there")
        case (let listed, let found) where listed != found:
            Finding(file: path, rule: "has SHA-256 \(found ?? ""), not what fixtures/README.md says")
        default: nil
        }
    }
}
