import FoundationEssentials

/// A help text with the options that have no heading in front of those that have one: the everyday ones first, and
/// those of a live etcd, which only some need, last.
///
/// ArgumentParser prints them in the other order (`HelpGenerator.swift`, 1.8.2).
func withEverydayOptionsFirst(_ help: String) -> String {
    var text = help[...]
    while text.last == "\n" { text.removeLast() }
    var parts = text.components(separatedBy: "\n\n")
    guard let usage = parts.firstIndex(where: { $0.hasPrefix("USAGE: ") }),
        let options = parts[usage...].firstIndex(where: { $0.hasPrefix("OPTIONS:\n") })
    else { return help }
    let hasArguments = parts[usage + 1].hasPrefix("ARGUMENTS:\n")
    parts.insert(parts.remove(at: options), at: usage + (hasArguments ? 2 : 1))
    return parts.joined(separator: "\n\n") + "\n"
}
