/// The most lines that a file of ours may have: one thought fits.
let lineBudget = 450

/// Files that may be longer, each with the reason.
let longFiles: [String: String] = [:]

/// Says so when a file is longer than it may be, or no longer needs its exception.
func lineBudgetFindings(
    in file: SourceFile,
    exceptions: [String: String] = longFiles
) -> [Finding] {
    guard !file.isGenerated else { return [] }
    let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
    let isLong = count > lineBudget
    if isLong, exceptions[file.path] == nil {
        return [Finding(file: file.path, rule: "\(count) lines, \(lineBudget) are allowed")]
    }
    if !isLong, exceptions[file.path] != nil {
        return [Finding(file: file.path, rule: "\(count) lines: needs no exception from the line budget")]
    }
    return []
}
