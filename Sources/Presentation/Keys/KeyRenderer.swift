public import EtcdStorage

/// How keys are printed: as `etcdctl get` does.
public enum KeyFormat: String, CaseIterable, Sendable {
    case simple
    case json
}

/// Prints the keys of a range.
public struct KeyRenderer: Sendable {
    public var format: KeyFormat
    /// Whether values are left out.
    public var keysOnly = false
    /// Whether keys are left out, in the simple format.
    public var valuesOnly = false
    /// The most keys to print; 0 for all.
    public var limit = 0

    public init(_ format: KeyFormat) {
        self.format = format
    }

    /// Prints the keys of `range`, in order.
    ///
    /// - Throws: What writing throws, and `StorageError` for a damaged record.
    public func write<Sink: OutputSink & ~Copyable>(
        _ range: KeyRange,
        of keyspace: Keyspace,
        to output: inout Sink
    ) throws {
        let all = keyspace.positions(of: range)
        let shown = self.limit > 0 ? all.prefix(self.limit) : all
        switch self.format {
        case .simple:
            let text = EtcdctlText(keysOnly: self.keysOnly, valuesOnly: self.valuesOnly)
            try keyspace.forEachRecord(at: shown) { key, _, value in
                try text.parts(of: key, value) { part in
                    try output.write(stored: part)
                    try output.write("\n")
                }
            }
        case .json:
            var json = EtcdctlJSON(revision: keyspace.currentRevision, count: all.count)
            try output.write(json.opening)
            try keyspace.forEachRecord(at: shown) { key, metadata, value in
                try output.write(json.element(key, metadata, value, keysOnly: self.keysOnly))
            }
            try output.write(json.closing(isLimited: shown.count < all.count))
        }
    }
}
