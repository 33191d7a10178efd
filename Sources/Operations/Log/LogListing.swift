public import EtcdStorage
public import EtcdStore
import Files

/// Which entries of a log are wanted.
public struct LogListingRequest: Sendable {
    /// The member's data directory, or its log's own.
    public var path: String
    /// The log's directory where `--wal-dir` put it elsewhere.
    public var logDirectory: String?
    /// Any of these; all when there are none.
    public var sorts: Set<LoggedEntry.Sort> = []
    /// The first and the last index; nil for no limit.
    public var first: UInt64?
    public var last: UInt64?

    public init(path: String) {
        self.path = path
    }
}

/// The log of a stopped member, opened to be listed.
public struct LogListing: Sendable {
    public let directory: String
    public let entries: LogEntries
    /// What a person should know of it.
    public let notes: [SourceNote]
    private let request: LogListingRequest

    /// Reads the log, as far as it can be read.
    ///
    /// - Throws: `StorageError`: `.file` when there is no such directory, or its database is in use by a running etcd;
    ///   `.wal` when no log is there.
    public init(_ request: LogListingRequest) throws(StorageError) {
        let layout = DataDirectoryLayout(containing: request.path)
        let isMember = layout != nil && DataDirectoryLayout.isDataDirectory(request.path)
        if isMember {
            // Its lock tells whether an etcd runs here.
            do throws(StorageError) {
                _ = try EtcdDatabase(path: request.path)
            } catch {
                if case .file(let file) = error.reason, file.reason == .locked { throw error }
            }
        }
        let own = isMember ? layout?.writeAheadLog ?? request.path : request.path
        self.directory = request.logDirectory ?? own
        guard let entries = try LogEntries(inLogAt: self.directory) else {
            throw StorageError(
                .wal(
                    offset: nil,
                    problem: "there is no segment of it here; --wal-dir names the directory where it is"
                ),
                path: self.directory
            )
        }
        self.request = request
        self.entries = entries
        let problems: [MemberLog.Problem] =
            (entries.summary.isTorn ? [.cut(lastIndex: entries.summary.endIndex)] : [])
            + (entries.damage.map { [.damaged($0)] } ?? [])
        self.notes = problems.map(SourceNote.log)
    }

    /// Calls `body` with each entry that is wanted, in order.
    ///
    /// - Throws: `StorageError` when the log changes meanwhile; what `body` throws.
    public func forEach(_ body: (LoggedEntry) throws -> Void) throws {
        let first = max(self.request.first ?? 0, self.entries.indexes.lowerBound)
        let end = min(
            self.request.last.map { $0 < .max ? $0 + 1 : $0 } ?? .max,
            self.entries.indexes.upperBound
        )
        guard first < end else { return }
        var failure: (any Error)?
        try self.entries.forEach(in: first..<end) { (entry, data) in
            let logged = LoggedEntry(entry, data)
            guard self.request.sorts.isEmpty || self.request.sorts.contains(where: { logged.isOf($0) }) else {
                return true
            }
            do {
                try body(logged)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }
}
