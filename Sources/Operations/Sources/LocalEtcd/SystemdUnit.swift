import Files

/// What a systemd unit says of the etcd it starts: its arguments and its variables.
struct SystemdUnit {
    /// Where a unit may lie; the administrator's comes first.
    static let paths = [
        "/etc/systemd/system/etcd.service", "/usr/lib/systemd/system/etcd.service",
        "/lib/systemd/system/etcd.service",
    ]

    private(set) var arguments: [String] = []
    private(set) var environment: [String: String] = [:]

    /// nil when there is no such unit.
    ///
    /// - Throws: `.system` when it, or a file of variables that it names, may not be read.
    init?(path: String, files: ConfigurationFiles) throws(FileError) {
        guard let text = try files.text(of: path) else { return nil }
        var variableFiles: [String] = []
        var command = ""
        for line in joinedLines(of: text) {
            guard let (name, value) = assignment(line) else { continue }
            switch name {
            case "ExecStart": command = value
            case "Environment": ShellCommand.words(of: value).forEach { self.set($0) }
            case "EnvironmentFile": variableFiles.append(value)
            default: break
            }
        }
        // Files win over what the unit itself sets, wherever they stand in it.
        for name in variableFiles {
            let path = String(name.trimmingPrefix("-")).replacing("%p", with: "etcd").replacing(
                "%N",
                with: "etcd"
            )
            guard let text = try files.text(of: path) else { continue }
            for line in joinedLines(of: text) { self.set(line) }
        }
        let words = ShellCommand.words(of: ShellCommand.expanded(command, self.environment))
        self.arguments = ShellCommand.etcdArguments(of: words) ?? Array(words.dropFirst())
    }

    private mutating func set(_ text: String) {
        guard let (name, value) = assignment(text) else { return }
        self.environment[name] = unquoted(value)
    }
}

/// Lines without comments; a backslash at the end joins the next one.
private func joinedLines(of text: String) -> [String] {
    var lines: [String] = []
    var unfinished = ""
    for line in text.split(whereSeparator: \.isNewline) {
        let trimmed = line.trimmingPrefix(while: \.isWhitespace)
        guard let first = trimmed.first, first != "#", first != ";" else { continue }
        if trimmed.hasSuffix("\\") {
            unfinished += trimmed.dropLast() + " "
        } else {
            lines.append(unfinished + trimmed)
            unfinished = ""
        }
    }
    return unfinished.isEmpty ? lines : lines + [unfinished]
}

/// `NAME=value`, without the spaces around either.
private func assignment(_ line: String) -> (name: String, value: String)? {
    guard let equals = line.firstIndex(of: "=") else { return nil }
    return (trimmed(line[..<equals]), trimmed(line[line.index(after: equals)...]))
}
