import Files

/// The segments of a write-ahead log, by the sequence numbers in their names.
///
/// Other names are passed over: those of segments that etcd has prepared (`0.tmp`) or repaired (`….wal.broken`).
struct LogSegments {
    /// Names that follow each other, and the next ones behind a gap.
    fileprivate private(set) var runs: [[Segment]] = []

    fileprivate struct Segment {
        var sequence: UInt64
        /// Of the first entry that it may hold.
        var index: UInt64
        var name: String
    }

    /// - Throws: `.file` when the directory cannot be listed.
    init(in directory: String) throws(StorageError) {
        let names: [String]
        do {
            names = try directoryEntries(path: directory)
        } catch {
            throw StorageError(.file(error), path: directory)
        }
        let segments = names.compactMap(Segment.init(name:)).sorted { $0.sequence < $1.sequence }
        for segment in segments {
            if let last = self.runs.last?.last, last.sequence &+ 1 == segment.sequence {
                self.runs[self.runs.count - 1].append(segment)
            } else {
                self.runs.append([segment])
            }
        }
    }

    /// Which segments to read, in order.
    ///
    /// - Parameter index: The last entry that is known from elsewhere; nil when every entry is wanted.
    /// - Returns: The names up to the first gap, with `end`, the name before it; or, where nothing wanted lies before
    ///   the last gap, those behind it.
    func wanted(after index: UInt64?) -> (names: [String], missingBehind: String?, end: String?) {
        guard let first = self.runs.first, let last = self.runs.last else { return ([], nil, nil) }
        guard self.runs.count > 1 else { return (first.map(\.name), nil, nil) }
        if let index, let begin = last.first, begin.index <= index &+ 1, index < .max {
            let before = self.runs.dropLast().last?.last
            return (last.map(\.name), before?.name, nil)
        }
        return (first.map(\.name), nil, first.last?.name)
    }
}

extension LogSegments.Segment {
    /// nil for a name that is no segment's.
    fileprivate init?(name: String) {
        guard name.utf8.count == 37, name.hasSuffix(".wal") else { return nil }
        let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 16 }),
            let sequence = UInt64(parts[0], radix: 16), let index = UInt64(parts[1], radix: 16)
        else { return nil }
        self.init(sequence: sequence, index: index, name: name)
    }
}
