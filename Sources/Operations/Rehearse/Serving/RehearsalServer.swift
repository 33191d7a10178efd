public import EtcdClient

/// Something that serves a restored data directory through etcd's API.
public protocol RehearsalServer: Sendable {
    /// As it stands in a sentence: `the bundled store`.
    var name: String { get }

    /// As it stands behind a step's name: `bundled`.
    var shortName: String { get }

    /// Whether it asks for a user when the snapshot says that authentication is on.
    var enforcesUsers: Bool { get }

    /// Serves `directory` and calls `body` once requests are answered; stops when `body` is done.
    ///
    /// - Parameters:
    ///   - directory: The data directory; a server may write to it.
    ///   - member: As it was restored.
    ///   - isReadOnly: Whether nobody is going to write; a server that can then changes nothing by itself either.
    ///   - place: A directory for sockets and logs, mode 0700, with a short path.
    ///   - spool: A directory for what is as large as the store.
    ///   - body: What to do with the endpoint.
    /// - Returns: What `body` returns.
    /// - Throws: ``RehearsalServerError`` when it does not come up; what `body` throws.
    func serve<Result: Sendable>(
        _ directory: String,
        as member: RestoredMember,
        isReadOnly: Bool,
        in place: String,
        spool: String,
        _ body: (EtcdEndpoint) async throws -> Result
    ) async throws -> Result
}

/// Why a server did not come up on the restored directory.
public struct RehearsalServerError: Error, CustomStringConvertible, Sendable {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
