extension EtcdClientError {
    /// Whether the endpoint could not be reached at all, so that nothing was asked of it and another may do.
    public var isBeforeAnyRequest: Bool {
        switch self.reason {
        case .hostNotFound, .connectionRefused, .noSuchSocket, .unreachable, .connectTimedOut, .silent,
            .closedAtOnce:
            true
        default:
            false
        }
    }
}
