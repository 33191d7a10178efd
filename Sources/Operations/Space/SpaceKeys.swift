import EtcdStorage
import KubernetesRegistry

/// The keys of a source, each with what is known of its records.
struct SpaceKeys: Sendable {
    let registry: Registry
    let runs: [ObjectRun]
    /// By the key's position.
    let keys: [RetainedKey]
    /// The live keys that hang on leases.
    let leased: [LeasedKey]

    /// All keys of which a database has a record.
    init(of retained: RetainedRecords, etcdPrefix: String?) throws(StorageError) {
        self.registry = try Registry(of: retained.keyspace, etcdPrefix: etcdPrefix)
        self.runs = self.registry.objectRuns
        self.keys = retained.keys
        self.leased = try retained.leasedKeys()
    }

    /// The live keys of a source that has no history.
    init(of registry: Registry) throws(StorageError) {
        self.registry = registry
        self.runs = registry.objectRuns
        let keyspace = registry.keyspace
        var keys: [RetainedKey] = []
        var leased: [LeasedKey] = []
        keys.reserveCapacity(keyspace.count)
        for position in 0..<keyspace.count {
            let metadata = try keyspace.metadata(of: keyspace[position])
            keys.append(RetainedKey(liveAtVersion: metadata.version))
            if metadata.lease != 0 { leased.append(LeasedKey(position: position, lease: metadata.lease)) }
        }
        self.keys = keys
        self.leased = leased
    }

    func liveKey(at position: Int) -> LiveKey { self.registry.keyspace[position] }

    func resource(of run: ObjectRun) -> Resource? { run.resource.map { self.registry.resources[$0] } }

    /// The run in which a position lies.
    func run(of position: Int) -> ObjectRun {
        var (low, high) = (0, self.runs.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if self.runs[middle].positions.upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return self.runs[low]
    }

    /// What the object at a position takes.
    func object(at position: Int) -> ObjectSpace {
        let run = self.run(of: position)
        let key = self.keys[position]
        var tally = SpaceTally()
        tally.add(key, self.liveKey(at: position), isLeased: false)
        return ObjectSpace(
            resource: self.resource(of: run),
            namespace: run.namespace,
            name: self.registry.name(at: position, of: run),
            isLive: key.isLive,
            valueByteCount: tally.valueByteCount,
            byteCount: tally.byteCount,
            changeCount: Int(key.changeCount),
            version: Int64(key.version)
        )
    }

    /// Which positions hang on a lease.
    func leasedPositions() -> [Bool] {
        var isLeased = [Bool](repeating: false, count: self.keys.count)
        for key in self.leased { isLeased[key.position] = true }
        return isLeased
    }

    /// What each resource takes in each namespace, and what lies outside of the asked root.
    func tallies() -> (groups: [ResourceSpace], outside: SpaceTally) {
        struct Place: Hashable {
            var resource: Int
            var namespace: String
        }
        let isLeased = self.leasedPositions()
        var places: [Place: Int] = [:]
        var groups: [ResourceSpace] = []
        var outside = SpaceTally()
        for run in self.runs {
            var tally = SpaceTally()
            for position in run.positions {
                tally.add(
                    self.keys[position],
                    self.liveKey(at: position),
                    isLeased: isLeased[position]
                )
            }
            guard let resource = run.resource else {
                outside.add(tally)
                continue
            }
            let place = Place(resource: resource, namespace: run.namespace)
            if let known = places[place] {
                groups[known].tally.add(tally)
            } else {
                places[place] = groups.count
                groups.append(
                    ResourceSpace(
                        resource: self.registry.resources[resource],
                        namespace: run.namespace,
                        tally: tally
                    )
                )
            }
        }
        return (groups, outside)
    }
}
