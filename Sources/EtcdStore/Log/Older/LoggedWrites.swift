/// What the entries of a log ask to be written, one after the other: keys, conditions and sizes, no values.
///
/// An entry takes 16 bytes, an operation 16, and a key about 120 and its bytes.
struct LoggedWrites {
    /// What an entry asks for, as far as it may change keys.
    enum Request: UInt8 {
        /// Nothing that changes a key.
        case none
        case put
        case delete
        /// The deletion of a range, which is in ``LoggedWrites/ranges``.
        case deleteRange
        /// The end of a lease, which is the number of the one operation.
        case revoke
        case transaction
        /// A transaction with a range or a transaction in it, of which it is not found out which keys it changes.
        case opaque
    }

    /// One entry: where its operations are among ``LoggedWrites/operations``.
    struct Entry {
        var firstOperation: UInt32
        var conditionCount: UInt16 = 0
        /// Of the first branch; of a request that is no transaction all.
        var firstCount: UInt16 = 0
        /// Of the second branch.
        var secondCount: UInt16 = 0
        var request = Request.none
        /// Whether a condition is not among the operations, for it compares what is not known here.
        var hasUnknownCondition = false
        /// Whether it is as an API server writes: it changes one key if that is as it was last seen, and else reads it.
        ///
        /// Source: kubernetes/apiserver `pkg/storage/etcd3/store.go`; etcd-io/etcd `client/v3/kubernetes/client.go`.
        var isConditionalChange = false
        /// Whether a put names a lease that is not known to be there, or anything else may keep it from being made.
        var mayBeRefused = false
    }

    /// A condition on a key, or a change of it.
    struct Operation {
        enum Kind: UInt8 {
            /// The key was last changed at a revision, the number.
            case isAtRevision
            /// The key was written so often, the number, since it was created.
            case isAtVersion
            case isAbsent
            case isPresent
            /// The number is the lease, or 0.
            case put
            case delete
            /// Of a revoke: the number is the lease.
            case lease
        }

        var key: UInt32
        var kind: Kind
        var number: Int64
    }

    /// The index of the first entry.
    let firstIndex: UInt64
    var entries: [Entry] = []
    var operations: [Operation] = []
    /// The keys' bytes.
    var keys: [[UInt8]] = []
    private var numbers: [[UInt8]: UInt32] = [:]
    /// The ranges of the entries that delete one, by their positions.
    var ranges: [Int: (first: [UInt8], end: [UInt8])] = [:]
    /// The keys that opaque entries name, by their positions, and whether they may change others.
    var opaqueKeys: [Int: (numbers: Set<UInt32>, isAll: Bool)] = [:]
    /// The leases that entries of the log have granted.
    var grantedLeases: Set<Int64> = []

    init(from index: UInt64) {
        self.firstIndex = index
    }

    /// The number of a key, which is new when it was not met before.
    mutating func number(of key: [UInt8]) -> UInt32 {
        if let number = self.numbers[key] { return number }
        let number = UInt32(self.keys.count)
        self.numbers[key] = number
        self.keys.append(key)
        return number
    }

    /// The number of a key; nil for one that no entry names.
    func knownNumber(of key: [UInt8]) -> UInt32? { self.numbers[key] }
}

extension LoggedWrites {
    func conditions(of entry: Entry) -> ArraySlice<Operation> {
        let start = Int(entry.firstOperation)
        return self.operations[start..<start + Int(entry.conditionCount)]
    }

    /// What is done when the conditions hold; of a request that is no transaction, in any case.
    func first(of entry: Entry) -> ArraySlice<Operation> {
        let start = Int(entry.firstOperation) + Int(entry.conditionCount)
        return self.operations[start..<start + Int(entry.firstCount)]
    }

    /// What is done when the conditions do not hold.
    func second(of entry: Entry) -> ArraySlice<Operation> {
        let start = Int(entry.firstOperation) + Int(entry.conditionCount) + Int(entry.firstCount)
        return self.operations[start..<start + Int(entry.secondCount)]
    }
}

extension LoggedWrites {
    /// Drops the entries from a position on; their keys stay.
    mutating func removeEntries(from position: Int) {
        self.entries.removeSubrange(position...)
    }
}

extension [UInt8] {
    /// Whether the key is in a range as etcd's requests name it.
    func isInRange(from first: [UInt8], to end: [UInt8]) -> Bool {
        guard !self.lexicographicallyPrecedes(first) else { return false }
        return end == [0] || self.lexicographicallyPrecedes(end)
    }
}
