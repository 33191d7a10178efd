@testable package import EtcdStorage

/// The records of a log that some etcd wrote, to be written anew with right checksums.
package struct ReframedLog {
    /// One record: its number as in ``WALRecordKind``, and its data.
    package struct Record {
        package var kind: UInt64
        package var data: [UInt8]
        /// Of an entry.
        package var position: RaftPosition?
    }

    package var records: [Record] = []

    /// Reads the one segment of a log.
    ///
    /// - Throws: When it is damaged.
    package init(reading text: [UInt8]) throws {
        let bytes = text.span.bytes
        var segment = WALSegment(continuing: 0, isLast: true)
        while let record = try segment.next(in: bytes) {
            let data = bytes.extracting(record.data).withUnsafeBytes { Array($0) }
            var read = Record(kind: record.kind.rawValue, data: data)
            if record.kind == .entry {
                let entry = try LogEntry.read(in: record.data, of: bytes).0
                read.position = RaftPosition(term: entry.term, index: entry.index)
            }
            self.records.append(read)
        }
    }

    /// Appends an entry that puts a key.
    package mutating func append(aPutOf key: String, at position: RaftPosition) throws {
        var log = HandMadeLog()
        try log.put(position.index, term: position.term, key, "at \(position.index)")
        self.records += try ReframedLog(reading: log.segments[0].bytes).records.filter { $0.position != nil }
    }

    /// The index of the last entry.
    package var lastIndex: UInt64 { self.records.last { $0.position != nil }?.position?.index ?? 0 }

    /// Writes the records in segments, of which those behind the first begin with given entries, as etcd begins them.
    package func segments(cutAt indexes: [UInt64] = []) -> [HandMadeLog.Segment] {
        var segments: [HandMadeLog.Segment] = []
        var writer = WALWriter()
        var name = DataDirectoryName.segment(sequence: 0, index: 0)
        var state: [UInt8]?
        let metadata = self.records.first { $0.kind == WALRecordKind.metadata.rawValue }?.data
        for record in self.records {
            guard let kind = WALRecordKind(rawValue: record.kind) else { continue }
            if let index = record.position?.index, indexes.contains(index) {
                segments.append(HandMadeLog.Segment(name: name, bytes: writer.bytes))
                name = DataDirectoryName.segment(sequence: UInt64(segments.count), index: index)
                writer = WALWriter(continuing: writer.checksum)
                writer.append(.checksum, nil)
                writer.append(.metadata, metadata)
                if let state { writer.append(.state, state) }
            }
            if kind == .state { state = record.data }
            writer.append(kind, kind == .checksum ? nil : record.data)
        }
        return segments + [HandMadeLog.Segment(name: name, bytes: writer.bytes)]
    }
}
