import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import KubernetesTables
import Operations
import Presentation

/// `registree get`.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show the objects of some resources.",
        usage: """
            \(Program.name) get -f SOURCE RESOURCE[,RESOURCE] [NAME ...] [-n NAMESPACE | -A] [-o FORMAT]
            \(Program.name) get -f SOURCE RESOURCE/NAME ... [-n NAMESPACE] [-o FORMAT]
            """,
        discussion: """
            Resources are named as in kubectl: pods, pod, po, Pod, deployments.apps, all; '*' is every \
            resource in the source. Custom resources are named by the definitions in the source. Without -n \
            or -A, the namespace default is shown. Ages are those at the time of the snapshot. Where several \
            clusters share an etcd, tables have a heading with the root of the keys, and -A says how many \
            there are.

            An object that cannot be read, being damaged or encrypted, is never printed as if it had been: asked \
            for by its name it is an error, tables mark it, and every other list leaves it out, names it on \
            standard error and ends with exit code 1.
            """
    )

    @OptionGroup(title: "Tables") var table: TableOptions
    @OptionGroup var objects: ObjectOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Print yaml, json, jsonl (one object per line), name, wide, jsonpath=TEMPLATE, "
                + "custom-columns=HEADING:PATH,…, or etcd (key, revisions, lease and size of each object).",
            valueName: "format"
        )
    )
    var output: ObjectOutput?

    @Option(
        help: ArgumentHelp(
            "Sort the objects by a field, such as .metadata.creationTimestamp.",
            valueName: "path"
        )
    )
    var sortBy: String?

    @Flag(help: "Show managedFields in yaml and json.")
    var showManagedFields = false

    @OptionGroup var look: LookOptions

    func run() async throws {
        let queries = try self.objects.queries(in: self.namespaces)
        let namespace = self.namespaces.onlyOrDefault
        let decryption = try self.decoding.decryption()
        let source = try await self.registry.open(decryption)
        let registry = try await source.registry(of: queries.flatMap(\.resources), namespace: namespace)
        var answers = try queries.answers(in: registry, namespace: namespace)
        let isTable = self.output == nil || self.output == .wide
        var walk = try self.objects.walk(queries, answers, in: registry, decryption, canMark: isTable)
        walk.hidesManagedFields = !self.showManagedFields
        try await self.sort(&answers, with: walk)
        let renderer = ObjectRenderer(
            walk,
            as: try objectFormat(self.output) { isWide in
                .table(self.table.options(isWide: isWide), now: self.objects.ageEnd(walk, of: source))
            },
            showsHeadings: !self.table.noHeaders,
            showsNamespace: self.namespaces.allNamespaces
        )
        var output = try Output(self.table.fit.apply(to: self.look.display))
        let isList = !queries.areForOneObject(answers)
        let result = try await renderer.write(answers, isList: isList, to: &output)
        if result.isEmptyTable { self.objects.noteNothingFound(answers, in: namespace) }
        try output.flush()
        try finish(registry.keyspace)
        self.namespaces.noteRoots(of: registry)
        try self.objects.report(result.problems, result.problems.lines, missing: answers)
    }

    /// Puts the objects of each resource in the order that was asked for.
    private func sort(_ answers: inout [ObjectAnswer], with walk: ObjectWalk) async throws {
        guard let sortBy else { return }
        do {
            let field = try SortField(sortBy)
            for index in answers.indices {
                answers[index].objects = try await walk.sorted(answers[index].objects, by: field)
            }
        } catch let error as JSONPathError {
            throw Failure("--sort-by \(sortBy): \(error)", status: .badInput)
        }
    }
}

/// How a table looks.
struct TableOptions: ParsableArguments {
    @Flag(help: "Leave out the headings.")
    var noHeaders = false

    @Flag(help: "Show all labels in one more column.")
    var showLabels = false

    @Option(
        name: [.customShort("L"), .long],
        help: ArgumentHelp("Show these labels, each in a column.", valueName: "label")
    )
    var labelColumns: [String] = []

    @OptionGroup var fit: FitOptions

    func options(isWide: Bool) -> TableView.Options {
        var options = TableView.Options()
        options.wide = isWide
        options.labels = self.showLabels
        options.labelColumns = self.labelColumns.flatMap { $0.split(separator: ",").map(String.init) }
        return options
    }
}
