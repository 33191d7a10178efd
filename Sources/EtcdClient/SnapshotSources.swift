/// Which members a snapshot can be taken from, the best first, and why the others were left out.
public struct SnapshotSources: Sendable {
    /// A member to ask.
    public struct Candidate: Hashable, Sendable {
        public var endpoint: EtcdEndpoint
        public var status: MemberStatus
    }

    /// An endpoint that is not asked.
    public struct Refused: Hashable, Sendable {
        public enum Reason: Hashable, Sendable {
            /// It has not yet got all data, and its snapshot would not be the cluster's.
            case learner
            /// The cluster has found that its data differ from the others'.
            case corrupt
            /// Another endpoint leads to the same member.
            case sameMember(as: EtcdEndpoint)
            case notReached(EtcdClientError)
        }

        public var endpoint: EtcdEndpoint
        public var reason: Reason
    }

    public var candidates: [Candidate]
    public var refused: [Refused]
}

extension SnapshotSources {
    /// Asks all endpoints for their status, at the same time, and puts the voting members in order: those with a
    /// leader and without errors first, then by revision, the highest first, then as they were given.
    ///
    /// Where none of those is reached, a member whose data are marked as corrupt is a candidate too, and a learner when
    /// `allowsLearner` says so.
    ///
    /// - Throws: `.severalClusters` when the endpoints do not belong to one cluster; nothing for endpoints that
    ///   cannot be reached, which are ``refused``.
    public static func find(
        among endpoints: [EtcdEndpoint],
        options: ConnectionOptions,
        allowsLearner: Bool = false
    ) async throws -> Self {
        let answers = try await withThrowingTaskGroup(of: (Int, Result<MemberStatus, EtcdClientError>).self) {
            group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, try await askStatus(endpoint, options)) }
            }
            var answers: [Int: Result<MemberStatus, EtcdClientError>] = [:]
            for try await (index, answer) in group { answers[index] = answer }
            return answers
        }
        var reached: [Candidate] = []
        var notReached: [Refused] = []
        for (index, endpoint) in endpoints.enumerated() {
            switch answers[index] {
            case .success(let status): reached.append(Candidate(endpoint: endpoint, status: status))
            case .failure(let error):
                notReached.append(Refused(endpoint: endpoint, reason: .notReached(error)))
            case nil: break
            }
        }
        var sources = Self(ordering: reached, allowsLearner: allowsLearner)
        sources.refused = notReached + sources.refused
        try sources.requireOneCluster()
        return sources
    }

    /// Sorts members that have answered.
    init(ordering reached: [Candidate], allowsLearner: Bool = false) {
        self.init(candidates: [], refused: [])
        let members = self.refuseRepeated(reached)
        for member in members { self.place(member) }
        if self.candidates.isEmpty { self.useTheRest(of: members, allowsLearner: allowsLearner) }
        self.sort()
    }

    /// Leaves out those that lead to the member of an endpoint before; what has no ID, as kine, is a member of its own.
    private mutating func refuseRepeated(_ reached: [Candidate]) -> [Candidate] {
        var members: [Candidate] = []
        for candidate in reached {
            let id = candidate.status.memberID
            if id != 0, let known = members.first(where: { $0.status.memberID == id }) {
                self.refused.append(
                    Refused(endpoint: candidate.endpoint, reason: .sameMember(as: known.endpoint))
                )
            } else {
                members.append(candidate)
            }
        }
        return members
    }

    /// Makes candidates of members that are asked when there is no better one.
    private mutating func useTheRest(of members: [Candidate], allowsLearner: Bool) {
        let usable = self.refused.filter { refused in
            switch refused.reason {
            case .corrupt: true
            case .learner: allowsLearner
            case .sameMember, .notReached: false
            }
        }
        self.candidates = members.filter { candidate in
            usable.contains { $0.endpoint == candidate.endpoint }
        }
        self.refused.removeAll { usable.contains($0) }
    }

    private mutating func place(_ candidate: Candidate) {
        if candidate.status.isLearner {
            self.refused.append(Refused(endpoint: candidate.endpoint, reason: .learner))
        } else if candidate.status.hasAlarm(.corrupt) {
            self.refused.append(Refused(endpoint: candidate.endpoint, reason: .corrupt))
        } else {
            self.candidates.append(candidate)
        }
    }

    private func requireOneCluster() throws {
        let ids = Set(self.candidates.map(\.status.clusterID))
        guard ids.count <= 1 else {
            throw EtcdClientError(.severalClusters(ids: ids.sorted()), endpoint: "--endpoints")
        }
    }

    private mutating func sort() {
        let order = self.candidates.enumerated().sorted { left, right in
            let (a, b) = (left.element.status, right.element.status)
            if a.isHealthy != b.isHealthy { return a.isHealthy }
            if a.revision != b.revision { return a.revision > b.revision }
            return left.offset < right.offset
        }
        self.candidates = order.map(\.element)
    }
}

extension MemberStatus {
    /// Whether the member has a leader and finds nothing wrong with itself.
    public var isHealthy: Bool { self.leader != nil && self.errors.isEmpty }
}

private func askStatus(
    _ endpoint: EtcdEndpoint,
    _ options: ConnectionOptions
) async throws -> Result<MemberStatus, EtcdClientError> {
    do {
        return .success(
            try await EtcdClient.withClient(to: endpoint, options: options) { try await $0.status() }
        )
    } catch let error as EtcdClientError {
        return .failure(error)
    }
}
