import EtcdClient
import Operations

extension Failure {
    /// Why no snapshot was taken; an endpoint that answered says more than one that was not reached.
    init(take error: TakeError) {
        switch error {
        case .noSource(let refusals):
            let reachable = refusals.filter { $0.status != .cannotReachEtcd }
            self.init(error.description, status: reachable.first?.status ?? .cannotReachEtcd)
        case .noDigest, .digestDiffers, .unreadable, .unsound, .behind:
            self.init(error.description, status: error.status)
        }
    }

    init(take refusal: TakeRefusal) {
        self.init(
            refusal.description,
            advice: "nothing was kept: take from another member, and look into this one's log and disk",
            status: refusal.status
        )
    }
}

extension TakeRefusal {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .failed(let error): error.reason.status
        case .unusable(let error): error.status
        case .leftOut(let refused):
            if case .notReached(let error) = refused.reason { error.reason.status } else { .failed }
        }
    }
}

extension TakeError {
    fileprivate var status: ExitStatus {
        switch self {
        case .noDigest, .behind, .noSource: .failed
        case .digestDiffers, .unreadable, .unsound: .damaged
        }
    }
}
