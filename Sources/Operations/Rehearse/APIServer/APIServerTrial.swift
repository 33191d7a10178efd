import EtcdStorage
import KubernetesClient
import KubernetesRegistry

/// Starts a kube-apiserver on the restored directory, lists every resource through it, and compares the lists
/// with the file.
///
/// One root is looked at, since an API server has one: the first with objects of Kubernetes.
struct APIServerTrial: Sendable {
    let apiServer: KubeAPIServer
    let store: RestoredStore
    /// The file's.
    let registry: Registry
    let request: RehearsalRequest
    let progress: @Sendable (RehearsalProgress) -> Void

    /// - Parameters:
    ///   - place: A directory for sockets and certificates, mode 0700, with a short path.
    ///   - spool: A directory for what is as large as the store.
    /// - Returns: Whether it started, and what came of the lists.
    /// - Throws: `StorageError` of the file itself; `CancellationError`.
    func run(in place: String, spool: String) async throws -> [RehearsalCheck] {
        let root = self.registry.roots.first { root in !self.resources(below: root).isEmpty }
        guard let root else {
            let reason = "there are no objects of Kubernetes in it"
            return [RehearsalCheck(RehearsalStep.apiServer, .notJudged, reason)]
        }
        self.progress(.beginning("starting kube-apiserver"))
        let began = ContinuousClock.now
        func started(_ result: RehearsalCheck.Result, _ detail: String) -> RehearsalCheck {
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            let count = result == .fail ? 1 : 0
            return RehearsalCheck(RehearsalStep.apiServer, result, count: count, detail, seconds: seconds)
        }
        let settings = KubeAPIServer.Settings(
            etcdPrefix: root,
            ranges: ServiceRanges(of: self.registry, decryption: self.request.decryption),
            date: self.request.date()
        )
        let log = self.store.directory + "-kube-apiserver.log"
        do {
            return try await self.store.server.serve(
                self.store.directory,
                as: self.store.member,
                isReadOnly: false,
                in: place,
                spool: spool
            ) { endpoint in
                try await self.apiServer.serve(endpoint, settings, in: place, logPath: log) { client in
                    let version = try await client.version()
                    let isReady = started(
                        .pass,
                        "kube-apiserver \(version) is ready on \(self.store.server.name)"
                    )
                    return [isReady, try await timed { try await self.list(below: root, through: client) }]
                }
            }
        } catch let error as RehearsalServerError {
            return [started(.fail, error.description)]
        } catch let error as APIServerError {
            return [started(.fail, error.description)]
        }
    }

    private func list(below root: String, through client: APIServerClient) async throws -> RehearsalCheck {
        let resources = self.resources(below: root)
        let served = try await self.served(resources, by: client)
        var comparison = ListComparison(of: self.registry)
        for resource in resources {
            guard let way = served[resource] else {
                comparison.noteProblem(resource, "not served")
                continue
            }
            self.progress(.listing(resource.qualifiedName))
            do {
                try await comparison.compare(resource) { take in try await client.list(way, take: take) }
            } catch let error as APIServerError {
                guard case .refused(_, let message) = error.reason else { throw error }
                comparison.noteProblem(resource, message)
            }
        }
        return comparison.check
    }

    /// What has objects that an API server serves, each resource once.
    private func resources(below root: String) -> [Resource] {
        var known: Set<Resource> = []
        return self.registry.usage().map(\.resource).filter { resource in
            switch resource.origin {
            case .bookkeeping, .otherKeys: return false
            case .usual, .definition, .customKeys, .rare: break
            }
            return resource.root == root && known.insert(resource).inserted
        }
    }

    /// How the server serves the resources; custom ones appear a while after it is ready.
    private func served(
        _ resources: [Resource],
        by client: APIServerClient
    ) async throws -> [Resource: ServedResource] {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let served = try await client.servedResources()
            var found: [Resource: ServedResource] = [:]
            for resource in resources {
                let groups = [resource.group] + resource.otherGroups
                found[resource] =
                    groups.lazy.compactMap { group in
                        served.first { $0.group == group && $0.plural == resource.plural }
                    }.first
            }
            let isComplete = !resources.contains { $0.origin == .definition && found[$0] == nil }
            if isComplete || ContinuousClock.now > deadline { return found }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

extension ListComparison {
    /// What came of it all.
    fileprivate var check: RehearsalCheck {
        let name = RehearsalStep.lists
        let listed =
            "\(counted(self.listedCount, "object")) of \(counted(self.resourceCount, "resource")) listed"
        if !self.differences.isEmpty {
            let count = self.differences.count
            return RehearsalCheck(name, .fail, count: count, "\(listed); \(self.differences.text)")
        }
        if !self.problems.isEmpty {
            let count = self.problems.count
            return RehearsalCheck(name, .warn, count: count, "\(listed); but not \(self.problems.text)")
        }
        var details = [listed]
        for (count, what) in [
            (self.rewrittenCount, "written anew at its start"), (self.madeCount, "made by it"),
            (self.goneCount, "gone that ran out"),
        ] where count > 0 { details.append("\(counted(count, "object")) \(what)") }
        return RehearsalCheck(name, .pass, count: self.listedCount, details.joined(separator: ", "))
    }
}
