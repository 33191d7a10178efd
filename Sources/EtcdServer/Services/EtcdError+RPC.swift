public import EtcdStore
public import GRPCCore

extension RPCError {
    /// What a client gets: the same code and text.
    public init(_ error: EtcdError) {
        self.init(code: Code(error.code), message: error.text)
    }
}

extension RPCError.Code {
    fileprivate init(_ code: EtcdError.Code) {
        self =
            switch code {
            case .cancelled: .cancelled
            case .unknown: .unknown
            case .invalidArgument: .invalidArgument
            case .notFound: .notFound
            case .permissionDenied: .permissionDenied
            case .resourceExhausted: .resourceExhausted
            case .failedPrecondition: .failedPrecondition
            case .outOfRange: .outOfRange
            case .internalError: .internalError
            case .unavailable: .unavailable
            case .dataLoss: .dataLoss
            case .unauthenticated: .unauthenticated
            }
    }
}
