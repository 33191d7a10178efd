import EtcdStorage
import FoundationEssentials
public import KubernetesCodec

extension RegistryHistory {
    /// So many changes are asked for their time, shared out evenly over all revisions.
    private static let sampleCount = 1 << 12
    /// So many of the newest changes are all asked, and as many before them when none of these tells a time.
    private static let newestCount = 1 << 10
    /// So often, at most.
    private static let newestBlockLimit = 64
    /// A larger value is not read for its time alone, in bytes.
    private static let valueLimit = 1 << 16

    /// When the revisions were made.
    ///
    /// Of a history with more changes than are looked at, the anchors lie further apart, but for the newest;
    /// ``times(_:around:decryption:)`` adds those around one revision.
    ///
    /// - Throws: `StorageError` for a damaged record; `CancellationError`.
    public func times(decryption: Decryption?) async throws -> RevisionTimes {
        let count = self.changes.count
        let step = max(1, (count + Self.sampleCount - 1) / Self.sampleCount)
        let positions = Array(stride(from: 0, to: count, by: step))
        var anchors = try await self.anchors(at: positions, decryption)
        if step > 1 {
            anchors += try await self.newestAnchors(without: step, anchors.last?.revision, decryption)
        }
        return RevisionTimes(anchors)
    }

    /// What the newest changes say of their times, from the end back to the first block that says anything.
    ///
    /// - Parameters:
    ///   - step: Each change whose place is a multiple of it was asked before.
    ///   - known: The last revision of which a change that was asked told its time; nil for none.
    ///   - decryption: Opens encrypted values.
    /// - Returns: The anchors of that block; none when no block tells a time that is not known.
    /// - Throws: As ``times(decryption:)``.
    private func newestAnchors(
        without step: Int,
        _ known: Int64?,
        _ decryption: Decryption?
    ) async throws -> [RevisionTimes.Anchor] {
        var end = self.changes.count
        let first = known.map { self.changes.position(ofFirstFrom: $0) } ?? 0
        for _ in 0..<Self.newestBlockLimit where end > first {
            let start = max(0, end - Self.newestCount)
            let positions = (start..<end).filter { !$0.isMultiple(of: step) }
            let anchors = try await self.anchors(at: positions, decryption)
            guard anchors.isEmpty else { return anchors }
            end = start
        }
        return []
    }

    /// The same, with all changes between the two anchors that a moment lies between.
    ///
    /// - Parameters:
    ///   - times: What is known so far.
    ///   - moment: Milliseconds since 1970.
    ///   - decryption: Opens encrypted values, which may tell a time.
    /// - Returns: What is known then.
    /// - Throws: As ``times(decryption:)``.
    public func times(
        _ times: RevisionTimes,
        around moment: Int64,
        decryption: Decryption?
    ) async throws -> RevisionTimes {
        guard let found = times.revision(at: moment) else { return times }
        let first = self.changes.position(ofFirstFrom: found.between)
        let end = found.and.map { self.changes.position(ofFirstFrom: $0 &+ 1) } ?? self.changes.count
        guard first < end, self.changes.count > Self.sampleCount else { return times }
        let positions = Array((first..<end).prefix(Self.sampleCount))
        return RevisionTimes(times.anchors + (try await self.anchors(at: positions, decryption)))
    }

    /// What the changes at some places say of their times.
    private func anchors(
        at positions: [Int],
        _ decryption: Decryption?
    ) async throws -> [RevisionTimes.Anchor] {
        var anchors: [RevisionTimes.Anchor] = []
        let runs = stride(from: 0, to: positions.count, by: 256).map { start in
            positions[start..<min(start + 256, positions.count)]
        }
        let width = ProcessInfo.processInfo.activeProcessorCount
        try await inOrder(runs, width: width) { positions -> [RevisionTimes.Anchor] in
            var reader = ChangeReader(of: self, decryption: decryption)
            var found: [RevisionTimes.Anchor] = []
            for position in positions {
                let change = self.changes[position]
                guard !change.isDeletion, !change.isUncertain, change.key.valueByteCount <= Self.valueLimit,
                    let object = self.objectChange(change), let stamp = try reader.stamp(of: object)
                else { continue }
                found.append(
                    RevisionTimes.Anchor(
                        revision: object.revision,
                        earliest: stamp.milliseconds,
                        latest: stamp.latest
                    )
                )
            }
            return found
        } take: { found in
            anchors += found
        }
        return anchors
    }
}

/// Reads states of objects for what changed in them.
struct ChangeReader {
    private let history: RegistryHistory
    private var reader: ObjectReader

    init(of history: RegistryHistory, decryption: Decryption?) {
        self.history = history
        self.reader = ObjectReader(of: history.registry, decryption: decryption, hidesManagedFields: false)
    }

    /// The time of a change, as its object tells it; nil when it does not.
    mutating func stamp(of change: RetainedChange) throws -> TimeStamp? {
        let read = try self.reader.read(change.object)
        guard read.problem == nil else { return nil }
        let document = self.reader.document
        var previous: Document?
        if read.metadata.version != 1, let before = self.history.state(before: change) {
            guard try self.reader.read(before.object).problem == nil else { return nil }
            previous = self.reader.document
        }
        return TimeStamp(
            ofChangeTo: document.root,
            version: read.metadata.version,
            previous: previous?.root
        )
    }
}
