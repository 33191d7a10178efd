/// What may lie at the top level beside dotfiles.
private let topLevel: Set<String> = [
    "Package.swift", "Sources", "Tests", "fixtures", "README.md", "LICENSE",
]

/// Tracked paths whose first part does not belong at the top level.
func strangersAtTopLevel(among paths: [String]) -> [Finding] {
    let names = Set(paths.compactMap { $0.split(separator: "/").first.map(String.init) })
    return names.subtracting(topLevel).filter { !$0.hasPrefix(".") }.sorted()
        .map { Finding(file: $0, rule: "does not belong at the top level") }
}
