import EtcdStorage
import KubernetesCodec
public import KubernetesRegistry

/// One thing that stands out in how a source uses its space, the gravest first.
public enum SpaceDiagnosis: Hashable, Sendable {
    /// The database has reached its quota: etcd refuses writes.
    case quotaReached(percent: Int)
    case quotaNear(percent: Int)
    /// So much of the file is pages that nothing uses.
    case freePages(percent: Int, byteCount: Int)
    /// So much of the records is history and deletions.
    case history(percent: Int, byteCount: Int)
    /// So much of the live records belongs to one resource.
    case resource(Resource, percent: Int)
    /// So much of the live records belongs to one namespace.
    case namespace(String, percent: Int)
    /// So much of the known changes was made to one object.
    case hotObject(ObjectSpace, percent: Int)
    /// The largest value comes near what etcd accepts.
    case largeValue(ObjectSpace)
    /// Objects that nothing will delete, since they hang on no lease.
    case withoutLease(Resource, objectCount: Int)
    case managedFields(percent: Int)
    case lastApplied(percent: Int)

    /// How much of one thing there must be to stand out, in percent.
    fileprivate enum Threshold {
        static let quota = 80
        static let freePages = 30
        static let history = 50
        static let resource = 50
        static let namespace = 80
        static let changes = 20
        static let managedFields = 25
        static let lastApplied = 15
    }

    /// Fewer changes than these say nothing.
    fileprivate static let fewestChanges = 100
    /// Files below this size are not worth defragmenting, in bytes.
    fileprivate static let smallFile = 4 << 20
    /// etcd refuses requests of more than 1.5 MiB.
    fileprivate static let largeValue = 1 << 20
}

extension SpaceUsage {
    /// What stands out, the gravest first; none when nothing does.
    public var diagnosis: [SpaceDiagnosis] {
        [
            self.quotaDiagnosis, self.freePageDiagnosis, self.historyDiagnosis, self.resourceDiagnosis,
            self.hotObjectDiagnosis, self.largeValueDiagnosis, self.namespaceDiagnosis,
        ].compactMap(\.self) + self.leaseDiagnosis + self.fieldDiagnosis
    }

    private var quotaDiagnosis: SpaceDiagnosis? {
        guard let size = self.databaseByteCount, let percent = percent(size, of: self.quota),
            percent >= SpaceDiagnosis.Threshold.quota
        else { return nil }
        return percent >= 100 ? .quotaReached(percent: percent) : .quotaNear(percent: percent)
    }

    private var freePageDiagnosis: SpaceDiagnosis? {
        let free: Int
        if let pages = self.pages {
            free = pages.file.freePages
        } else if let member = self.member, let inUse = member.inUseByteCount {
            free = member.databaseByteCount - inUse
        } else {
            return nil
        }
        guard let size = self.databaseByteCount, size >= SpaceDiagnosis.smallFile,
            let percent = percent(free, of: size), percent >= SpaceDiagnosis.Threshold.freePages
        else { return nil }
        return .freePages(percent: percent, byteCount: free)
    }

    private var historyDiagnosis: SpaceDiagnosis? {
        let total = self.total
        let history = total.historyByteCount + total.tombstoneByteCount
        guard let percent = percent(history, of: total.byteCount), history >= SpaceDiagnosis.smallFile,
            percent >= SpaceDiagnosis.Threshold.history
        else { return nil }
        return .history(percent: percent, byteCount: history)
    }

    private var resourceDiagnosis: SpaceDiagnosis? {
        let largest = self.resources.max { $0.tally.recordByteCount < $1.tally.recordByteCount }
        guard let largest,
            let percent = percent(largest.tally.recordByteCount, of: self.total.recordByteCount),
            percent >= SpaceDiagnosis.Threshold.resource
        else { return nil }
        return .resource(largest.resource, percent: percent)
    }

    private var namespaceDiagnosis: SpaceDiagnosis? {
        let largest = self.namespaces.filter { !$0.namespace.isEmpty }
            .max { $0.tally.recordByteCount < $1.tally.recordByteCount }
        guard let largest,
            let percent = percent(largest.tally.recordByteCount, of: self.total.recordByteCount),
            percent >= SpaceDiagnosis.Threshold.namespace
        else { return nil }
        return .namespace(largest.namespace, percent: percent)
    }

    private var hotObjectDiagnosis: SpaceDiagnosis? {
        let changes = self.total.changeCount
        guard let object = self.mostWritten.first, changes >= SpaceDiagnosis.fewestChanges,
            let percent = percent(object.changeCount, of: changes),
            percent >= SpaceDiagnosis.Threshold.changes
        else { return nil }
        return .hotObject(object, percent: percent)
    }

    private var largeValueDiagnosis: SpaceDiagnosis? {
        guard let object = self.largestValues.first, object.valueByteCount >= SpaceDiagnosis.largeValue
        else { return nil }
        return .largeValue(object)
    }

    private var leaseDiagnosis: [SpaceDiagnosis] {
        self.leases.missing.map { .withoutLease($0.resource, objectCount: $0.objectCount) }
    }

    private var fieldDiagnosis: [SpaceDiagnosis] {
        guard let total = self.fields?.total else { return [] }
        var found: [SpaceDiagnosis] = []
        if let percent = percent(total.managedFieldsByteCount, of: total.byteCount),
            percent >= SpaceDiagnosis.Threshold.managedFields
        {
            found.append(.managedFields(percent: percent))
        }
        if let percent = percent(total.lastAppliedByteCount, of: total.byteCount),
            percent >= SpaceDiagnosis.Threshold.lastApplied
        {
            found.append(.lastApplied(percent: percent))
        }
        return found
    }
}

/// A part in percent, rounded down; nil when there is no whole.
private func percent(_ part: Int, of whole: Int) -> Int? {
    guard whole > 0 else { return nil }
    return Int(Double(part) * 100 / Double(whole))
}
