import Bolt
import EtcdStorage
import KubernetesCodec

/// How long the changes took that a database still knows.
public struct HistoryTime: Hashable, Sendable {
    /// When the first of them was made, about, in seconds since 1970.
    public var first: Int64
    /// When the last was made.
    public var last: Int64

    public var minutes: Double { Double(self.last - self.first) / 60 }
    public var hours: Double { self.minutes / 60 }
}

extension EtcdDatabase {
    /// The time of the first change above the compact revision: the renewal of a lease among the first changes, which
    /// is about as old as its record.
    ///
    /// - Returns: Seconds since 1970; nil when there is none.
    func timeOfFirstChange(after compactRevision: Int64) throws(StorageError) -> Int64? {
        var decoder = ObjectDecoder(hidesManagedFields: true)
        var time: Int64?
        var left = 4096
        try RevisionRecords(of: self).forEach(from: compactRevision + 1) { (record, bytes) in
            left -= 1
            guard left > 0 else { return false }
            guard !record.revision.isTombstone,
                let keyValue = KeyValue(reading: bytes, in: record.pair.value),
                bytes.extracting(keyValue.key).holds(Self.leaseDirectory),
                (try? decoder.decode(bytes, in: keyValue.value)) != nil,
                let text = decoder.document.root["spec", "renewTime"]?.string
            else { return true }
            time = rfc3339Time(text)?.seconds
            return time == nil
        }
        return time
    }

    private static let leaseDirectory = Array("/leases/".utf8)
}

extension RawSpan {
    /// Whether the bytes are in it somewhere.
    fileprivate func holds(_ wanted: [UInt8]) -> Bool {
        self.withUnsafeBytes { bytes in
            guard bytes.count >= wanted.count else { return false }
            return (0...bytes.count - wanted.count).contains { start in
                bytes[start..<start + wanted.count].elementsEqual(wanted)
            }
        }
    }
}
