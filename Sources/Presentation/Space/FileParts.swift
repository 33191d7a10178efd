import EtcdStorage

/// A part of a database's file.
enum FilePart: String, CaseIterable {
    case liveValues
    case liveKeys
    case history
    case tombstones
    case otherRecords
    case otherBuckets
    case structure
    case slack
    case freePages
    case metaPages
    case behindDatabase
    case digest

    /// For a label of Prometheus: `live_values`.
    var label: String {
        self.rawValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }

    var text: String {
        switch self {
        case .liveValues: "live values"
        case .liveKeys: "live keys and their metadata"
        case .history: "history"
        case .tombstones: "tombstones"
        case .otherRecords: "records of no key"
        case .otherBuckets: "other buckets"
        case .structure: "page headers and branches"
        case .slack: "slack in pages"
        case .freePages: "free pages"
        case .metaPages: "meta pages and freelist"
        case .behindDatabase: "behind the database"
        case .digest: "digest"
        }
    }
}

extension FileSpace {
    /// All parts, with their bytes.
    var parts: [(part: FilePart, byteCount: Int)] {
        FilePart.allCases.map { part in
            switch part {
            case .liveValues: (part, self.liveValues)
            case .liveKeys: (part, self.liveKeys)
            case .history: (part, self.history)
            case .tombstones: (part, self.tombstones)
            case .otherRecords: (part, self.otherRecords)
            case .otherBuckets: (part, self.otherBuckets)
            case .structure: (part, self.structure)
            case .slack: (part, self.slack)
            case .freePages: (part, self.freePages)
            case .metaPages: (part, self.metaPages)
            case .behindDatabase: (part, self.behindDatabase)
            case .digest: (part, self.digest)
            }
        }
    }
}
