import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Presentation

/// `registree get`.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show the objects of some resources.",
        usage: """
            registree get -f SOURCE RESOURCE[,RESOURCE] [NAME ...] [-n NAMESPACE | -A] [-o name|etcd]
            registree get -f SOURCE RESOURCE/NAME ... [-n NAMESPACE] [-o name|etcd]
            """,
        discussion: """
            Resources are named as for kubectl: pods, pod, po, Pod, deployments.apps, all. Custom resources \
            are named by the definitions in the source. Without -n or -A, namespace default is shown.
            """
    )

    @Argument(
        help: ArgumentHelp("Resources and names, or resources with names.", valueName: "resource")
    )
    var arguments: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(name: .shortAndLong, help: "Print each object's name, or what etcd says of it.")
    var output: ObjectFormat?

    @Flag(help: "Leave out the headings.")
    var noHeaders = false

    func run() async throws {
        let queries = try ObjectQuery.queries(self.arguments, isEverywhere: self.namespaces.allNamespaces)
        let namespace = self.namespaces.allNamespaces ? nil : self.namespaces.namespace ?? "default"
        let registry = try await self.registry.open(
            wanting: queries.flatMap(\.resources),
            namespace: namespace
        )
        var answers: [ObjectAnswer] = []
        for query in queries { answers += try query.answers(in: registry, namespace: namespace) }
        let listing = ObjectListing(
            registry: registry,
            showsNamespace: self.namespaces.allNamespaces,
            showsHeadings: !self.noHeaders,
            showsType: Set(answers.filter { !$0.objects.isEmpty }.map(\.resource)).count > 1
        )
        var output = Output()
        switch self.output {
        case .name: try listing.writeNames(of: answers, to: &output)
        case .etcd: try listing.writeRecords(of: answers, to: &output)
        case nil: try listing.writeTables(of: merged(answers), to: &output)
        }
        try output.flush()
        try registry.keyspace.checkUnchanged()
        try self.report(answers, namespace: namespace)
    }

    /// Says what was not found; a missing name is a failure, an empty list is not.
    private func report(_ answers: [ObjectAnswer], namespace: String?) throws {
        let missing = answers.flatMap(\.missing)
        for sentence in missing { note("Error: \(terminalText(sentence))") }
        guard missing.isEmpty else { throw ExitStatus.failed }
        guard answers.allSatisfy({ $0.objects.isEmpty }) else { return }
        let isNamespaced = answers.contains { $0.resource.scope != .cluster }
        noteNothingFound(in: isNamespaced ? namespace : nil)
    }
}

/// What `get -o` takes; without it a table of names.
enum ObjectFormat: String, ExpressibleByArgument, CaseIterable {
    case name
    case etcd
}
