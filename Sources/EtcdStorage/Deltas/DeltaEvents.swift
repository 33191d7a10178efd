import Crypto
import Files
import FoundationEssentials

/// The changes in one of Gardener's delta files, unpacked.
///
///     offset  size  field
///          0     n  a JSON array: {"etcdEvent": EVENT, "time": RFC 3339}, …
///          n    32  SHA-256 of the n bytes above
///
/// EVENT is etcd's as Go writes it as JSON, what is zero left out:
///
///     field  meaning
///     type   1 for a deletion
///     kv     key, value: base64; create_revision, mod_revision, version, lease: numbers.
///            Of a deletion the key and its mod revision alone
///
/// Source: gardener/etcd-backup-restore `pkg/snapshot/snapshotter/snapshotter.go`, `pkg/snapshot/restorer/restorer.go`;
/// etcd-io/etcd `api/mvccpb/kv.proto`.
struct DeltaEvents {
    /// One change.
    struct Event {
        var isDeletion: Bool
        var key: [UInt8]
        var value: [UInt8]
        var metadata: KeyMetadata
    }

    private let file: MappedFile
    private let path: String
    /// The last revision that is known without it.
    private let known: Int64
    /// Length of the JSON, in bytes.
    private let byteCount: Int

    /// An event is no longer than the largest request of an etcd, with room for base64; in bytes.
    private static let longestEvent = 64 << 20

    /// Compares the digest with the bytes.
    ///
    /// - Throws: `.changes`; `.digestMismatch`.
    init(_ file: MappedFile, path: String, after known: Int64) throws(StorageError) {
        self.file = file
        self.path = path
        self.known = known
        self.byteCount = file.byteCount - EtcdDatabase.digestByteCount
        guard self.byteCount >= 2 else { throw self.error("it is cut short") }
        let stored = file.bytes(in: self.byteCount..<file.byteCount)
        let computed = file.digest(ofFirst: self.byteCount)
        guard stored == computed else {
            throw StorageError(.digestMismatch(stored: stored, computed: computed), path: path)
        }
    }

    func error(_ problem: String) -> StorageError {
        StorageError(.changes(problem: problem, known: self.known), path: self.path)
    }

    /// Calls `body` with each event, in order, until it returns false.
    func forEach(_ body: (Event) throws(StorageError) -> Bool) throws(StorageError) {
        let decoder = JSONDecoder()
        try self.file.withBytes { (span) throws(StorageError) in
            try span.withUnsafeBytes { (bytes) throws(StorageError) in
                let text = UnsafeRawBufferPointer(rebasing: bytes[..<self.byteCount])
                var elements = JSONElements(text, longest: Self.longestEvent)
                while let range = try elements.next({ self.error($0) }) {
                    let data = Data(text[range])
                    guard let element = try? decoder.decode(Element.self, from: data),
                        let event = element.event
                    else { throw self.error("the event at byte \(range.lowerBound) is none of etcd's") }
                    guard try body(event) else { return }
                }
            }
        }
    }
}

/// An element of the array.
private struct Element: Decodable {
    struct EtcdEvent: Decodable {
        var type: Int?
        var kv: KV?
    }

    struct KV: Decodable {
        var key: Data?
        var value: Data?
        var create_revision: Int64?
        var mod_revision: Int64?
        var version: Int64?
        var lease: Int64?
    }

    var etcdEvent: EtcdEvent

    /// The event; nil for one that no etcd sends.
    var event: DeltaEvents.Event? {
        guard let kv = self.etcdEvent.kv, let key = kv.key, !key.isEmpty, let modRevision = kv.mod_revision,
            modRevision > 0, modRevision < Int64.max / 2
        else { return nil }
        switch self.etcdEvent.type ?? 0 {
        case 0:
            guard let createRevision = kv.create_revision, (1...modRevision).contains(createRevision),
                let version = kv.version, version >= 1
            else { return nil }
            let metadata = KeyMetadata(
                createRevision: createRevision,
                modRevision: modRevision,
                version: version,
                lease: kv.lease ?? 0
            )
            let value = Array(kv.value ?? Data())
            return DeltaEvents.Event(isDeletion: false, key: Array(key), value: value, metadata: metadata)
        case 1:
            var metadata = KeyMetadata.zero
            metadata.modRevision = modRevision
            return DeltaEvents.Event(isDeletion: true, key: Array(key), value: [], metadata: metadata)
        default: return nil
        }
    }
}

/// The objects of a JSON array, by where they lie, so that a long array is never held as a whole.
struct JSONElements {
    private let bytes: UnsafeRawBufferPointer
    private let longest: Int
    private var position = 0
    private var isFirst = true

    init(_ bytes: UnsafeRawBufferPointer, longest: Int) {
        self.bytes = bytes
        self.longest = longest
    }

    /// The next object's range; nil behind the last one.
    ///
    /// - Parameter error: Makes the error of a problem.
    /// - Returns: Where the object lies.
    /// - Throws: What `error` makes.
    mutating func next(_ error: (String) -> StorageError) throws(StorageError) -> Range<Int>? {
        if self.isFirst, self.take() != UInt8(ascii: "[") { throw error("it is no JSON array") }
        switch self.take() {
        case UInt8(ascii: "{")? where self.isFirst: break
        case UInt8(ascii: ",")? where !self.isFirst:
            guard self.take() == UInt8(ascii: "{") else { throw error("an element is no object") }
        case UInt8(ascii: "]")?:
            guard self.take() == nil else { throw error("there is something behind its end") }
            return nil
        default: throw error("its array is broken at byte \(self.position)")
        }
        self.isFirst = false
        let start = self.position - 1
        guard let end = self.endOfObject(from: start) else {
            throw error("the object at byte \(start) has no end")
        }
        self.position = end
        return start..<end
    }

    /// The next byte that is no white space; nil at the end.
    private mutating func take() -> UInt8? {
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            self.position += 1
            if byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { return byte }
        }
        return nil
    }

    /// The offset behind the object that begins at `start`; nil when it has no end, or none that is near enough.
    private func endOfObject(from start: Int) -> Int? {
        var (depth, isString, isEscaped) = (0, false, false)
        for offset in start..<min(self.bytes.count, start + self.longest) {
            let byte = self.bytes[offset]
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                // An event has three levels.
                if depth > 16 { return nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return offset + 1 }
            default: break
            }
        }
        return nil
    }
}
