/// A construct that does not belong in a room, and what to do instead.
private struct Forbidden {
    var pattern: Regex<Substring>
    var rule: String
}

/// What ends the process where an error should be thrown.
private func trapping() -> [Forbidden] {
    [
        Forbidden(pattern: #/\btry[!]/#, rule: "a forced try traps; throw instead"),
        Forbidden(pattern: #/\bas[!]/#, rule: "a forced cast traps; throw instead"),
        Forbidden(
            pattern: #/\b(?:fatalError|preconditionFailure|abort)\s*\(/#,
            rule: "ends the process; throw instead"
        ),
    ]
}

/// What makes the program larger than it has to be.
private func heavy() -> [Forbidden] {
    [
        Forbidden(
            pattern: #/^\s*(?:\w+\s+)?import\s+Foundation(?:\W|$)/#,
            rule: "brings 40 MB of Unicode data into the program; FoundationEssentials is enough"
        )
    ]
}

/// What only a front may do.
private func talking() -> [Forbidden] {
    [
        Forbidden(
            pattern: #/(?:^|[^.\w]|\b(?:Swift|Glibc)\.)(?:debugPrint|print|puts|printf)\s*\(/#,
            rule: "only a front prints"
        ),
        Forbidden(
            pattern: #/(?:^|[^.\w]|\b(?:Foundation|Glibc)\.)_?exit\s*\(/#,
            rule: "only a front ends the process"
        ),
        Forbidden(
            pattern: #/\bgetenv\s*\(|\bProcessInfo\.processInfo\.environment\b/#,
            rule: "only a front reads the environment"
        ),
        Forbidden(pattern: #/\bDate\s*\(\s*\)|\bDate\.now\b/#, rule: "only a front reads the clock"),
    ]
}

/// Constructs in a file of `Sources/` that its room may not use; strings and comments do not count.
func forbiddenCode(in file: SourceFile) -> [Finding] {
    let rules = trapping() + heavy() + (fronts.contains(file.target) ? [] : talking())
    return file.lines.enumerated().flatMap { index, line in
        let code = codeOnly(line)
        return rules.filter { code.contains($0.pattern) }
            .map { Finding(file: file.path, line: index + 1, rule: $0.rule) }
    }
}

/// The line without its string literals and without its comment.
private func codeOnly(_ line: Substring) -> String {
    String(line).replacing(#/"(?:\\.|[^"\\])*"/#, with: "\"\"").replacing(#/\/\/.*/#, with: "")
}
