import EtcdStorage
import KubernetesClient
import KubernetesRegistry

/// Starts a kube-apiserver on the restored directory, lists every resource through it, and compares the lists
/// with the file.
///
/// One root is looked at, since an API server has one: the first with objects of Kubernetes.
struct APIServerRehearsal: Sendable {
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
    func run(in place: String, spool: String) async throws -> [RehearsedStep] {
        let server = self.store.server.program
        let root = self.registry.roots.first { root in !self.resources(below: root).isEmpty }
        guard let root else { return [RehearsedStep(.apiServer(.noObjects), on: server)] }
        self.progress(.starting(.kubeAPIServer))
        let began = ContinuousClock.now
        func started(_ result: RehearsalStep.APIServer) -> RehearsedStep {
            RehearsedStep(.apiServer(result), on: server, seconds: seconds(since: began))
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
                knownAs: nil,
                as: self.store.member,
                isReadOnly: false,
                in: place,
                spool: spool
            ) { endpoint in
                try await self.apiServer.serve(endpoint, settings, in: place, logPath: log) { client in
                    let isReady = started(.ready(version: try await client.version()))
                    let beganLists = ContinuousClock.now
                    let lists = try await self.list(below: root, through: client)
                    let time = seconds(since: beganLists)
                    return [isReady, RehearsedStep(.lists(lists), on: server, seconds: time)]
                }
            }
        } catch let error as RehearsalServerError {
            return [started(.failed(error))]
        } catch let error as APIServerError {
            return [started(.callFailed(error))]
        }
    }

    private func list(below root: String, through client: APIServerClient) async throws -> RehearsalStep.Lists
    {
        let resources = self.resources(below: root)
        let served = try await self.served(resources, by: client)
        var comparison = ListComparison(of: self.registry)
        for resource in resources {
            guard let way = served[resource] else {
                comparison.noteUnlisted(resource, .notServed)
                continue
            }
            self.progress(.listing(resource: resource.qualifiedName))
            do {
                try await comparison.compare(resource) { take in try await client.list(way, take: take) }
            } catch let error as APIServerError {
                guard case .refused(_, let message) = error.reason else { throw error }
                comparison.noteUnlisted(resource, .refused(message: message))
            }
        }
        return comparison.lists
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
