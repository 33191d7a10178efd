public import Archives
public import Bolt
public import Files

/// Why a snapshot or a data directory cannot be used, and where.
///
/// Carries names, sizes, pages and revisions only: never a key's value, which may be a Secret.
public struct StorageError: Error, Hashable, Sendable {
    /// One way in which etcd's storage can be unusable.
    public enum Reason: Hashable, Sendable {
        // The file is something else.
        case file(FileError)
        case bolt(BoltError)
        case foreign(ForeignFile)
        /// It is packed, and what is in it cannot be had.
        case archive(ArchiveError)
        /// A database begins so many bytes later.
        case bytesBefore(count: Int)
        case onlyZeros
        /// Pages that no reader stumbles over, and that are damaged all the same.
        case damagedPages(findings: Int, first: BoltError)
        case notADataDirectory
        case noKeyBucket
        /// No page of a damaged file holds a sound record of bucket `key`.
        case nothingToSalvage
        case digestMismatch(stored: [UInt8], computed: [UInt8])

        // A record of bucket `key`.
        case badRevisionKey
        case revisionOutOfOrder(RevisionKey)
        case badKeyValue(RevisionKey)

        // A pair of another bucket.
        case badPair(bucket: String)

        /// A pair that no bolt file can hold; sizes only.
        case unwritable(String)

        // The asked revision.
        case compacted(asked: Int64, compactRevision: Int64)
        case futureRevision(asked: Int64, current: Int64)

        /// The newest revision leaves too few for changes to come.
        case revisionTooHigh(Int64)

        /// A delta file of Gardener's cannot be used; up to revision `known` all is there without it.
        case changes(problem: String, known: Int64)

        // The write-ahead log; where in its segment, in bytes, and nil when a whole segment is missing.
        case wal(offset: Int?, problem: String)

        /// kine's file, which is SQLite's.
        case kine(KineProblem)
    }

    public var reason: Reason
    /// The file or directory.
    public var path: String
    /// The page on which it was found, where there is one.
    public var page: PageID?
    /// The key whose record it is, where it is known.
    public var key: [UInt8]?

    public init(_ reason: Reason, path: String, page: PageID? = nil, key: [UInt8]? = nil) {
        self.reason = reason
        self.path = path
        self.page = page
        self.key = key
    }
}

extension StorageError: CustomStringConvertible {
    public var description: String {
        if case .file(let error) = self.reason { return error.description }
        let page = self.page.map { ", page \($0)" } ?? ""
        let key = self.key.map { ", key \(String(decoding: $0, as: UTF8.self).debugDescription)" } ?? ""
        return "\(self.path)\(page)\(key): \(self.explanation)"
    }

    private var explanation: String {
        switch self.reason {
        case .file(let error): error.description
        case .bolt(let error): error.description
        case .foreign(let file): file.explanation
        case .archive(let error): error.description
        case .bytesBefore(let count):
            "\(count) bytes come before the database: a program's message or a prompt"
        case .damagedPages(1, let first): "damaged: \(first)"
        case .damagedPages(let findings, let first): "damaged: \(findings) findings, the first: \(first)"
        case .onlyZeros: "the file holds zeros only: nothing was written into it"
        case .notADataDirectory:
            "neither a snapshot file nor a member's data directory (no member/snap/db in it)"
        case .noKeyBucket: "a bbolt file, but not etcd's: it has no bucket named key"
        case .nothingToSalvage: "nothing of it can be saved: no page holds a sound record"
        case .digestMismatch(let stored, let computed):
            "the file ends in SHA-256 \(hexadecimal(stored)), but its bytes have \(hexadecimal(computed))"
        case .badRevisionKey: "a key of bucket key is not a revision"
        case .revisionOutOfOrder(let key): "revision \(key) does not come after the one before it"
        case .badKeyValue(let key): "the record of revision \(key) is not a key-value message"
        case .badPair(let bucket): "an entry of bucket \(bucket) cannot be read"
        case .unwritable(let problem): "cannot be written: \(problem)"
        case .compacted(let asked, let compactRevision):
            "revision \(asked) has been compacted; the oldest that is kept is \(compactRevision)"
        case .futureRevision(let asked, let current):
            "revision \(asked) is in the future; the newest is \(current)"
        case .revisionTooHigh(let revision):
            "the newest revision is \(revision), which no cluster reaches; changes cannot be added to it"
        case .changes(let problem, _): "a delta file of Gardener's that cannot be used: \(problem)"
        case .wal(let offset?, let problem): "write-ahead log, byte \(offset): \(problem)"
        case .wal(nil, let problem): "write-ahead log: \(problem)"
        case .kine(let problem): problem.explanation
        }
    }
}

extension ForeignFile {
    fileprivate var explanation: String {
        switch self {
        case .packed(let format):
            "\(format == "xz" ? "an" : "a") \(format) file: unpack it first, then give the snapshot inside"
        case .encrypted(let format):
            "encrypted with \(format): decrypt it first, then give the snapshot inside"
        case .sqlite: "a SQLite database, as kine keeps one for k3s and k0s, and not etcd's"
        case .base64: "a snapshot in base64: decode it first, with base64 -d"
        case .text: "not a bbolt file but text, perhaps the messages of a program that wrote no snapshot"
        }
    }
}
