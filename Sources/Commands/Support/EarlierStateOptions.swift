import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// Which state of a backup is restored or served.
struct EarlierStateOptions: ParsableArguments {
    /// What is done with the digest of the source: what is made of it has one of its own.
    enum DigestRule {
        /// It must be there, and match.
        case required
        /// It must match if it is there.
        case compared
        case ignored
    }

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp("The state at this revision (default: the newest).", valueName: "n")
    )
    var revision: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The state at this time: 2026-11-22T13:20:00Z, or -5m, -36h or -2d: back from the newest time that the source knows.",
            valueName: "time"
        )
    )
    var at: TimePoint?

    @Option(
        help: ArgumentHelp(
            "With an earlier revision: grant leases that its keys hang on and that are gone for this long.",
            valueName: "time"
        )
    )
    var missingLeaseTtl = GoDuration(.seconds(3600))

    func validate() throws {
        try requireRevision(self.revision, orTime: self.at)
        guard self.missingLeaseTtl.duration >= .seconds(1) else {
            throw ValidationError("--missing-lease-ttl must be 1s or more.")
        }
    }

    /// Makes the state, and prints what a person should know of it.
    ///
    /// - Parameters:
    ///   - source: The newest state.
    ///   - isAtRevision: Whether the source was read at the revision: kine's file, and full snapshots with deltas.
    ///   - digest: How the digest of the source is taken.
    ///   - scratch: Where the state's database is written.
    /// - Returns: nil when the state is that of the source.
    /// - Throws: `HistoryError` for a time of which the source knows nothing; `RestoreError.noDigest`; `StorageError`.
    func state(
        of source: MemberState,
        isAtRevision: Bool,
        digest: DigestRule,
        in scratch: String
    ) async throws -> EarlierState? {
        guard let revision = try await self.revision(of: source, isAtRevision) else { return nil }
        if digest != .ignored {
            let hasDigest = try source.database.checkDigest()
            guard hasDigest || digest == .compared else {
                throw RestoreError.noDigest(path: source.database.path)
            }
        }
        let seconds = self.missingLeaseTtl.duration.components.seconds
        let state = try EarlierState(
            at: revision,
            of: source,
            missingLeaseTTL: seconds,
            scratchDirectory: scratch
        )
        note(state.lines(missingLeaseTTL: seconds))
        return state
    }

    private func revision(of source: MemberState, _ isAtRevision: Bool) async throws -> Int64? {
        guard let at = self.at else { return isAtRevision ? nil : self.revision }
        let registry = RegistrySource(source.source, revision: nil, etcdPrefix: nil)
        let found = try await registry.revision(at: at, now: .now)
        note(found.line)
        return found.revision
    }
}
