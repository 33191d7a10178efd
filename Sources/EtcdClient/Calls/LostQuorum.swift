extension EtcdClient {
    /// Makes a call that needs the cluster's quorum, and finds out why it was waited for in vain.
    ///
    /// A member without a leader lets such a call wait until a time limit ends it, whose error names no cause.
    ///
    /// - Throws: What `call` throws; in place of a time limit `.noLeader`, where the member then knows none.
    func namingLostQuorum<Answer: Sendable>(_ call: () async throws -> Answer) async throws -> Answer {
        do {
            return try await call()
        } catch let error as EtcdClientError where error.isAboutTime {
            // kine has no leader at any time.
            if let status = try? await self.status(), !status.isKine, status.leader == nil {
                throw EtcdClientError(.noLeader, at: self.endpoint)
            }
            throw error
        }
    }
}

extension EtcdClientError {
    fileprivate var isAboutTime: Bool {
        switch self.reason {
        case .serverTimedOut, .timedOut: true
        default: false
        }
    }
}
