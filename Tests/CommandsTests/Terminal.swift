import SystemPackage
import TestSupport

/// Runs `registree` on a terminal: `script` gives it one, which ends lines with a carriage return too.
func runOnATerminal(
    _ arguments: [String],
    environment: [String: String] = [:],
    input: FilePath = "/dev/null"
) async throws -> (output: String, exitCode: Int32?) {
    let words = [try RegistreeProgram.located().path.string] + arguments
    let line = words.map { "'\($0)'" }.joined(separator: " ") + " < '\(input)'"
    let result = try await RealPrograms.named("script")
        .run(["-qec", line, "/dev/null"], environment: environment)
    return (result.output.replacing("\r\n", with: "\n"), result.exitCode)
}

/// The variables of a terminal that shows colours.
let colorTerminal = ["TERM": "xterm-256color"]
