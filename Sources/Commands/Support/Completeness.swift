import EtcdStorage
import Presentation
import Synchronization

/// Whether all was shown that was asked for: a command that goes on over what cannot be read ends with exit code 1.
enum Completeness {
    private static let state = Mutex(true)

    /// False once something was left out.
    static var isComplete: Bool { self.state.withLock { $0 } }

    /// Says what of a source was left out, if anything was.
    static func report(_ left: MalformedKeys) {
        guard let line = left.line else { return }
        note(line)
        self.state.withLock { $0 = false }
    }
}

/// Ends the reading of a keyspace once it is shown.
///
/// - Throws: `StorageError` when what was read is not to be trusted.
func finish(_ keyspace: Keyspace) throws {
    try keyspace.checkUnchanged()
    Completeness.report(keyspace.malformedKeys)
}
