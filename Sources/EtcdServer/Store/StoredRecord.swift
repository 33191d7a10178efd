import EtcdRPC
import EtcdStorage
import Files
import Foundation

/// A live key with its record: in the source's file, or in memory.
enum StoredRecord: Sendable {
    case source(KeyValue, message: Range<Int>)
    case overlay(Change)

    var createRevision: Int64 {
        switch self {
        case .source(let keyValue, _): keyValue.createRevision
        case .overlay(let change): change.createRevision
        }
    }

    var modRevision: Int64 {
        switch self {
        case .source(let keyValue, _): keyValue.modRevision
        case .overlay(let change): change.modRevision
        }
    }

    var version: Int64 {
        switch self {
        case .source(let keyValue, _): keyValue.version
        case .overlay(let change): change.version
        }
    }

    var lease: Int64 {
        switch self {
        case .source(let keyValue, _): keyValue.lease
        case .overlay(let change): change.lease
        }
    }
}

extension SourceStore {
    /// The whole record of a live key.
    ///
    /// - Throws: `.corrupt` when it is damaged behind its key.
    func row(_ key: LiveKey) throws(EtcdError) -> StoredRecord {
        guard let keyValue = self.file.withBytes({ key.keyValue(in: $0) }) else { throw .corrupt }
        return .source(keyValue, message: key.message)
    }
}

extension RevisionView {
    /// The record of a live key.
    func row(_ place: KeyLocation) throws(EtcdError) -> StoredRecord? {
        switch place {
        case .source(let key): try self.source?.row(key)
        case .overlay(let change): .overlay(change)
        }
    }

    /// Calls `body` with the value of `row`.
    func withValue<Result>(of row: StoredRecord, _ body: (RawSpan) -> Result) -> Result {
        switch row {
        case .overlay(let change): change.with(change.value, body)
        case .source(let keyValue, _):
            self.source?.file.withBytes { body($0.extracting(keyValue.value)) } ?? body([UInt8]().span.bytes)
        }
    }

    /// Calls `body` with the key of `row`.
    func withKey<Result>(of row: StoredRecord, _ body: (RawSpan) -> Result) -> Result {
        switch row {
        case .overlay(let change): change.with(change.key, body)
        case .source(let keyValue, _):
            self.source?.file.withBytes { body($0.extracting(keyValue.key)) } ?? body([UInt8]().span.bytes)
        }
    }

    /// A copy of the KeyValue message of `row`, as it is stored.
    func record(of row: StoredRecord) -> [UInt8] {
        switch row {
        case .overlay(let change): change.record
        case .source(_, let record):
            self.source?.file.withBytes { $0.extracting(record).withUnsafeBytes { Array($0) } } ?? []
        }
    }

    /// A copy of the value of `row`.
    func value(of row: StoredRecord) -> [UInt8] {
        self.withValue(of: row) { $0.withUnsafeBytes { Array($0) } }
    }

    /// The message that a client gets.
    func message(of row: StoredRecord, keysOnly: Bool = false) -> Mvccpb_KeyValue {
        var message = Mvccpb_KeyValue()
        message.key = self.withKey(of: row) { Data(copying: $0) }
        message.createRevision = row.createRevision
        message.modRevision = row.modRevision
        message.version = row.version
        message.lease = row.lease
        if !keysOnly { message.value = self.withValue(of: row) { Data(copying: $0) } }
        return message
    }
}

extension Data {
    init(copying bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Data($0) }
    }
}
