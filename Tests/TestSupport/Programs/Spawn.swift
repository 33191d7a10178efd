import CSpawn
import Glibc
import Synchronization
import SystemPackage

/// What a program gets beside its arguments.
struct Surroundings {
    /// The whole environment: nothing of the test's own is passed on.
    var environment: [String: String]
    /// The file that it reads as standard input.
    var input: FilePath
    /// Its working directory; nil leaves the test's own.
    var directory: FilePath?
}

/// Starts a program with its output in two new files and returns its process ID.
func spawn(
    _ words: [String],
    _ surroundings: Surroundings,
    output: FilePath,
    errors: FilePath
) throws -> Int32 {
    let process = withCStrings(words) { arguments in
        withCStrings(surroundings.environment.map { "\($0.key)=\($0.value)" }) { environment in
            WrittenProgram.lock.withLock { _ in
                spawn_program(
                    arguments,
                    environment,
                    surroundings.input.string,
                    output.string,
                    errors.string,
                    surroundings.directory?.string
                )
            }
        }
    }
    guard process > 0 else {
        throw ProgramError("cannot start \(words[0]): \(Errno(rawValue: -process))")
    }
    return process
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
