import Files

@testable import Bolt
@testable import EtcdStorage
@testable import KubernetesRegistry

/// The targets that tell the past of objects.
extension FuzzRun {
    /// Changes are in order of revision, and each is linked with those of its key alone; revisions are placed in a time
    /// that never goes back.
    ///
    /// The checksums of both meta pages are put right.
    func history(_ bytes: RawSpan) throws(BrokenPromise) {
        var damaged = bytes.withUnsafeBytes { Array($0) }
        putMetaChecksumsRight(in: &damaged)
        let file = try memoryFile(damaged)
        guard let database = try? EtcdDatabase(unpacked: file, from: "database"),
            let history = try? RevisionHistory(of: database)
        else { return }
        try requireOrder(of: history.lastStates, within: bytes.byteCount)
        try requireChains(of: history)
        if soundRecordCount(of: file) != nil, let live = try? database.keyspace(at: nil) {
            guard live.count == history.liveCount else {
                throw BrokenPromise("of \(live.count) keys \(history.liveCount) live in the history")
            }
        }
        guard let registry = try? RegistryHistory(of: history) else { return }
        var reader = ChangeReader(of: registry, decryption: nil)
        var anchors: [RevisionTimes.Anchor] = []
        for position in 0..<history.count {
            guard let change = registry.objectChange(history[position]), !change.isDeletion,
                let stamp = try? reader.stamp(of: change)
            else { continue }
            anchors.append(
                RevisionTimes.Anchor(
                    revision: change.revision,
                    earliest: stamp.milliseconds,
                    latest: stamp.latest
                )
            )
        }
        try requireOrder(of: RevisionTimes(anchors))
    }

    /// Revisions are placed in a time that never goes back, and a time among revisions that do not.
    func times(_ bytes: RawSpan) throws(BrokenPromise) {
        var anchors: [RevisionTimes.Anchor] = []
        for offset in stride(from: 0, through: bytes.byteCount - 17, by: 17) {
            let revision = bytes.littleEndian(Int64.self, at: offset)
            // RFC 3339 tells some ten thousand years.
            let time = bytes.littleEndian(Int64.self, at: offset + 8) % (1 << 48)
            let exactness = bytes.byte(at: offset + 16) & 1
            anchors.append(
                RevisionTimes.Anchor(
                    revision: revision & (.max >> 1),
                    earliest: time,
                    latest: time + Int64(exactness) * 999
                )
            )
        }
        try requireOrder(of: RevisionTimes(anchors))
    }
}

private func requireChains(of history: RevisionHistory) throws(BrokenPromise) {
    let followers = history.followers()
    func key(_ change: KeyChange) -> [UInt8] { history.lastStates.bytes(of: change.key) }
    var last: RevisionKey?
    for position in 0..<history.count {
        let change = history[position]
        if let last, (last.main, last.sub) >= (change.revision.main, change.revision.sub) {
            throw BrokenPromise("\(change.revision) follows \(last)")
        }
        last = change.revision
        guard history.position(ofFirstFrom: change.revision.main) <= position else {
            throw BrokenPromise("\(change.revision) is not found")
        }
        guard let before = history.change(before: change) else { continue }
        guard before.position < position, key(before) == key(change),
            followers.change(after: before)?.position == position
        else { throw BrokenPromise("before \(change.revision) comes \(before.revision)") }
    }
    for place in 0..<history.lastStates.count {
        let state = history.lastStates[place]
        let changes = history.changes(of: state)
        guard !changes.isEmpty, zip(changes, changes.dropFirst()).allSatisfy({ $0.position < $1.position }),
            changes.allSatisfy({ key($0) == history.lastStates.bytes(of: state) })
        else { throw BrokenPromise("the changes of a key are \(changes.map(\.revision))") }
    }
}

private func requireOrder(of times: RevisionTimes) throws(BrokenPromise) {
    let anchors = times.anchors
    for (before, after) in zip(anchors, anchors.dropFirst()) {
        guard before.revision <= after.revision, before.earliest <= after.earliest else {
            throw BrokenPromise("anchor \(after) follows \(before)")
        }
    }
    // No cluster reaches others.
    guard anchors.allSatisfy({ (0...Int64.max / 2).contains($0.revision) }) else { return }
    var revisions = anchors.flatMap { [$0.revision - 1, $0.revision, $0.revision + 1] }
    revisions += zip(anchors, anchors.dropFirst()).map { $0.revision + ($1.revision - $0.revision) / 2 }
    revisions.sort()
    var last: PlacedTime?
    for revision in revisions {
        let placed = times.time(of: revision)
        guard let time = placed.time, placed.earliest ?? time <= time, time <= placed.latest ?? time,
            last?.time ?? time <= time
        else {
            throw BrokenPromise(
                "revision \(revision) is placed at \(placed) after \(String(describing: last))"
            )
        }
        last = placed
    }
    try requireOrder(ofRevisionsIn: times)
}

private func requireOrder(ofRevisionsIn times: RevisionTimes) throws(BrokenPromise) {
    let moments = times.anchors.flatMap { [$0.earliest - 1, $0.earliest, $0.latest, $0.latest + 60_000] }
    var last = Int64.min
    for moment in moments.sorted() {
        guard let found = times.revision(at: moment) else {
            guard last == .min else { throw BrokenPromise("no revision at \(moment), but before it") }
            continue
        }
        guard found.between <= found.revision, found.revision <= found.and ?? .max, last <= found.revision
        else {
            throw BrokenPromise("at \(moment) is revision \(found), before it \(last)")
        }
        last = found.revision
    }
}
