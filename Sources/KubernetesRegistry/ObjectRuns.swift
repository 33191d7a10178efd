import EtcdStorage

/// Keys that follow each other and belong to one resource in one namespace.
public struct ObjectRun: Sendable {
    /// Positions in the keyspace.
    public var positions: Range<Int>
    /// Index into ``Registry/resources``; nil for keys outside of the asked root.
    public var resource: Int?
    /// "" for cluster scope.
    public var namespace: String
    /// Where an object's name begins, in bytes from the key's start.
    let nameOffset: Int
}

extension Registry {
    /// All keys, in order.
    public var objectRuns: [ObjectRun] {
        self.runs.map { run in
            ObjectRun(
                positions: run.positions,
                resource: run.directory?.resource,
                namespace: run.directory?.namespace ?? "",
                nameOffset: run.directory?.nameOffset ?? 0
            )
        }
    }

    /// The name of the object at a position of a run; bytes that are not UTF-8 become U+FFFD.
    public func name(at position: Int, of run: ObjectRun) -> String {
        self.keyspace.withKey(of: self.keyspace[position]) { text(of: $0, from: run.nameOffset) }
    }
}
