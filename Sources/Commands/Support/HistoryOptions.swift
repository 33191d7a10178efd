import ArgumentParser
import FoundationEssentials
import KubernetesCodec
import KubernetesRegistry
import Operations
import Presentation

/// `--since`.
struct SinceOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only what happened since this time: 2026-11-22T13:20:00Z, or 5m, 36h or 2d back from the newest time that the "
                + "source knows, of a live etcd from now.",
            valueName: "time"
        )
    )
    var since: TimePoint?
}

extension RegistryOptions {
    /// Reads every change that the source still holds, up to the revision that is asked for, and prints how far back they
    /// reach.
    ///
    /// - Parameters:
    ///   - decryption: Opens encrypted values.
    ///   - since: Since when changes are wanted.
    /// - Returns: The changes, and the moment in milliseconds since 1970.
    /// - Throws: `HistoryError` for a moment of which the source knows nothing; what reading the source throws.
    func timeline(
        _ decryption: Decryption?,
        since: TimePoint? = nil
    ) async throws -> (timeline: ObjectTimeline, since: Int64?) {
        let source = try self.openNewest()
        let directory = self.source.log.noLog ? nil : CallerContext.process.temporaryDirectory
        let history = try await source.history(withOlderChangesIn: directory)
        var times = try await history.times(decryption: decryption)
        let now = source.source.isLive ? Int64.now : nil
        var revision = self.source.revision
        if let at = self.source.at {
            let found = try history.revision(at: at, times, now: now)
            times = try await history.times(times, around: found.moment, decryption: decryption)
            let closer = try history.revision(at: at, times, now: now)
            note(closer.line)
            revision = closer.revision
        }
        var moment: Int64?
        if let since {
            guard let newest = times.newest else { throw HistoryError.noTimes }
            let asked = since.milliseconds(from: now ?? newest)
            times = try await history.times(times, around: asked, decryption: decryption)
            moment = asked
            if now == nil { note([history.lateLine(since: asked, times)].compactMap(\.self)) }
        }
        note(history.reachLine(times))
        let timeline = try ObjectTimeline(history, times, upTo: revision, decryption: decryption)
        return (timeline, moment)
    }
}

/// Ends the reading of a history once it is shown.
///
/// - Throws: `StorageError` when what was read is not to be trusted.
func finish(_ timeline: ObjectTimeline) throws { try finish(timeline.history.registry.keyspace) }
