public import ClusterChecks
public import EtcdClient
public import KubernetesClient

/// What one step of a rehearsal came to.
public enum RehearsalStep: CheckResult {
    case verify(Verify)
    case restore(Restored)
    case open(Open)
    case leases(Leases)
    case keys(Keys)
    case hashKV(Hash)
    case snapshot(Snapshot)
    case comparison(Comparison)
    case apiServer(APIServer)
    case lists(Lists)

    public var outcome: CheckOutcome { self.result.outcome }
    public var count: Int { self.result.count }

    private var result: any CheckResult {
        switch self {
        case .verify(let result): result
        case .restore(let result): result
        case .open(let result): result
        case .leases(let result): result
        case .keys(let result): result
        case .hashKV(let result): result
        case .snapshot(let result): result
        case .comparison(let result): result
        case .apiServer(let result): result
        case .lists(let result): result
        }
    }
}

/// Why a server that runs did not give what it was asked for.
public enum ServerFailure: Hashable, Sendable {
    case call(EtcdClientError)
    /// It sent a snapshot that is not to be relied on.
    case snapshot(TakeError)
    case snapshotRefused(TakeRefusal)
}

// MARK: The file

extension RehearsalStep {
    /// Whether the file is sound.
    public enum Verify: CheckResult {
        /// Its SHA-256 matches and its structure is sound.
        case proved(revisionCount: Int, keyCount: Int)
        /// Its structure is sound, and there is no SHA-256 that would prove the values.
        case unproved(revisionCount: Int, keyCount: Int)
        case damaged(findingCount: Int)
        /// It is too damaged to be opened; a sentence for people.
        case unopened(String)

        public var outcome: CheckOutcome {
            switch self {
            case .proved: .pass
            case .unproved: .warn
            case .damaged, .unopened: .fail
            }
        }

        public var count: Int {
            switch self {
            case .proved(let count, _), .unproved(let count, _), .damaged(let count): count
            case .unopened: 1
            }
        }
    }

    /// A new data directory of one member.
    public struct Restored: CheckResult {
        public var pairCount: Int
        /// Length of its database.
        public var byteCount: Int

        public var outcome: CheckOutcome { .pass }
        public var count: Int { self.pairCount }
    }
}

// MARK: The restored directory, served

extension RehearsalStep {
    /// Whether a server answers on the restored directory.
    public enum Open: CheckResult {
        case answers
        /// It would ask for a user, and none was given.
        case needsUser
        case failed(RehearsalServerError)

        public var outcome: CheckOutcome {
            switch self {
            case .answers: .pass
            case .needsUser: .notChecked
            case .failed: .fail
            }
        }

        public var count: Int { self.outcome == .fail ? 1 : 0 }
    }

    /// Whether it serves the file's leases.
    public enum Leases: CheckResult {
        /// All are there with their time to live and their keys, but for those that ran out meanwhile.
        case same(leaseCount: Int, keyCount: Int, expiredCount: Int)
        case different(Sample<LeaseDifference>)
        case failed(ServerFailure)

        public var outcome: CheckOutcome {
            switch self {
            case .same: .pass
            case .different, .failed: .fail
            }
        }

        public var count: Int {
            switch self {
            case .same(let count, _, _): count
            case .different(let differences): differences.count
            case .failed: 1
            }
        }
    }

    /// Whether it serves the file's keys.
    public enum Keys: CheckResult {
        /// So many were read back at a revision, and all are the file's.
        case same(count: Int, revision: Int64)
        case countDiffers(served: Int64, inFile: Int)
        case different(Sample<KeyDifference>)
        case failed(ServerFailure)

        public var outcome: CheckOutcome {
            switch self {
            case .same: .pass
            case .countDiffers, .different, .failed: .fail
            }
        }

        public var count: Int {
            switch self {
            case .same(let count, _): count
            case .different(let differences): differences.count
            case .countDiffers, .failed: 1
            }
        }
    }

    /// Whether it answers HashKV as the file.
    public enum Hash: CheckResult {
        case same(UInt32)
        case different(served: UInt32, inFile: UInt32)
        /// A lease ran out before it was asked, so that its newest revision is this and no longer the file's.
        case leaseRanOut(revision: Int64)
        case failed(ServerFailure)

        public var outcome: CheckOutcome {
            switch self {
            case .same: .pass
            case .leaseRanOut: .notChecked
            case .different, .failed: .fail
            }
        }

        public var count: Int { self.outcome == .notChecked ? 0 : 1 }
    }

    /// Whether it gives a sound snapshot.
    public enum Snapshot: CheckResult {
        case taken(keyCount: Int, byteCount: UInt64)
        case failed(ServerFailure)

        public var outcome: CheckOutcome {
            switch self {
            case .taken: .pass
            case .failed: .fail
            }
        }

        public var count: Int {
            switch self {
            case .taken(let count, _): count
            case .failed: 1
            }
        }
    }

    /// Whether that snapshot holds what the file holds.
    public enum Comparison: CheckResult {
        case same(keyCount: Int)
        /// The file's revision is not in it.
        case revisionMissing(Int64)
        case different(Sample<KeyDifference>)
        /// The live keys are the same, and the history is not.
        case hashDiffers(taken: UInt32, inFile: UInt32)

        public var outcome: CheckOutcome {
            switch self {
            case .same: .pass
            case .revisionMissing, .different, .hashDiffers: .fail
            }
        }

        public var count: Int {
            switch self {
            case .same(let count): count
            case .different(let differences): differences.count
            case .revisionMissing, .hashDiffers: 1
            }
        }
    }
}

// MARK: An API server on it

extension RehearsalStep {
    /// Whether an API server becomes ready on the restored store.
    public enum APIServer: CheckResult {
        case ready(version: String)
        case noObjects
        /// Objects are encrypted with a key that was not given, so that it would never be ready.
        case encrypted
        /// The store asks for users, and an API server knows none.
        case knowsNoUser
        case failed(RehearsalServerError)
        case callFailed(APIServerError)

        public var outcome: CheckOutcome {
            switch self {
            case .ready: .pass
            case .noObjects, .encrypted, .knowsNoUser: .notChecked
            case .failed, .callFailed: .fail
            }
        }

        public var count: Int { self.outcome == .fail ? 1 : 0 }
    }

    /// Whether an API server lists the file's objects.
    public struct Lists: CheckResult {
        /// Objects of the file that were listed, of so many resources.
        public var listedCount = 0
        public var resourceCount = 0
        /// Of those, how many the server wrote anew.
        public var rewrittenCount = 0
        /// Objects that the server made.
        public var madeCount = 0
        /// Objects that went with their leases, or that servers sweep away when they start.
        public var goneCount = 0
        /// Objects that should have been listed and were not, or are listed as they once were.
        public var differences = Sample<ListDifference>()
        /// Resources with objects that could not be listed.
        public var unlisted = Sample<UnlistedResource>()

        public var outcome: CheckOutcome {
            if !self.differences.isEmpty { return .fail }
            return self.unlisted.isEmpty ? .pass : .warn
        }

        public var count: Int {
            switch self.outcome {
            case .fail: self.differences.count
            case .warn: self.unlisted.count
            case .pass, .notChecked: self.listedCount
            }
        }
    }
}

/// In what an API server's list differs from the file.
public enum ListDifference: Hashable, Sendable {
    case missing(ObjectReference)
    /// It is listed as it was at an earlier revision.
    case outdated(ObjectReference)
}

/// A resource with objects that an API server did not list.
public struct UnlistedResource: Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        case notServed
        /// The message of the server's `Status` object.
        case refused(message: String)
    }

    public var resource: String
    public var reason: Reason
}
