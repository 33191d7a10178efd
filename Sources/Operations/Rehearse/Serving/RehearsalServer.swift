public import EtcdClient
public import SystemPackage

/// Something that serves a restored data directory through etcd's API.
public protocol RehearsalServer: Sendable {
    /// Which program it is.
    var program: RehearsalProgram { get }

    /// Whether it asks for a user when the snapshot says that authentication is on.
    var enforcesUsers: Bool { get }

    /// Whether it writes to the directory that it serves, if only for itself.
    var writesToDirectory: Bool { get }

    /// Serves `directory` and calls `body` once requests are answered; stops when `body` is done.
    ///
    /// - Parameters:
    ///   - directory: The data directory; a server may write to it.
    ///   - restored: Its database, as long as nobody has written to it; nil when it is not known.
    ///   - member: As it was restored.
    ///   - isReadOnly: Whether nobody is going to write; a server that can then changes nothing by itself either.
    ///   - place: A directory for sockets and logs, mode 0700, with a short path.
    ///   - spool: A directory for what is as large as the store.
    ///   - body: What to do with the endpoint.
    /// - Returns: What `body` returns.
    /// - Throws: ``RehearsalServerError`` when it does not come up; what `body` throws.
    func serve<Result: Sendable>(
        _ directory: String,
        knownAs restored: RestoredDatabase?,
        as member: RestoredMember,
        isReadOnly: Bool,
        in place: String,
        spool: String,
        _ body: (EtcdEndpoint) async throws -> Result
    ) async throws -> Result
}

/// A program that is started on the restored directory.
public enum RehearsalProgram: Hashable, Sendable {
    /// This program's own.
    case bundledStore
    case etcd
    case kubeAPIServer
}

/// Why a server did not come up on the restored directory, or did not stay.
public enum RehearsalServerError: Error, Hashable, Sendable {
    /// The program's file cannot be started.
    case cannotStart(path: String, Errno)
    /// The bundled store cannot open the directory: what is wrong with it, for people.
    case cannotOpen(problem: String)
    /// It ended before it was ready. The last line of its log; nil when it wrote none.
    case doesNotStart(RehearsalProgram, lastLogLine: String?)
    /// It ended while it was asked.
    case ended(RehearsalProgram, lastLogLine: String?)
    case notReady(RehearsalProgram, after: Duration, lastLogLine: String?)
    /// Of the API server's own checks these fail.
    case checksFail(names: [String], after: Duration)
    /// No port is free on 127.0.0.1.
    case noFreePort
}
