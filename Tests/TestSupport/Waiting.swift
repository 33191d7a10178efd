/// How long a test waits for what must happen before it says that it hangs: far longer than any machine takes.
public let hangTimeout = Duration.seconds(600)

/// Waits until `condition` holds, however long that takes on a busy machine.
///
/// - Throws: ``ProgramError`` when it does not hold after ``hangTimeout``, and what `condition` throws.
public func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + hangTimeout
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw ProgramError("waited \(hangTimeout) in vain until \(what)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
