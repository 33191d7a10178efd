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
            registree get -f SOURCE RESOURCE[,RESOURCE] [NAME ...] [-n NAMESPACE | -A] [-o FORMAT]
            registree get -f SOURCE RESOURCE/NAME ... [-n NAMESPACE] [-o FORMAT]
            """,
        discussion: """
            Resources are named as for kubectl: pods, pod, po, Pod, deployments.apps, all; '*' is every \
            resource that is there. Custom resources are named by the definitions in the source. Without -n \
            or -A, namespace default is shown. Ages are those at the time of the snapshot.
            """
    )

    @Argument(
        help: ArgumentHelp("Resources and names, or resources with names.", valueName: "resource")
    )
    var arguments: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var table: TableOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Print yaml, json, jsonl (an object a line), name, wide, jsonpath=TEMPLATE, "
                + "custom-columns=HEADING:PATH,…, or etcd (what etcd says of each object).",
            valueName: "format"
        )
    )
    var output: ObjectOutput?

    @Option(
        help: ArgumentHelp(
            "Put the objects in order of a field: .metadata.creationTimestamp.",
            valueName: "path"
        )
    )
    var sortBy: String?

    @Flag(help: "Show managedFields in yaml and json.")
    var showManagedFields = false

    func run() async throws {
        let queries = try ObjectQuery.queries(self.arguments, isEverywhere: self.namespaces.allNamespaces)
        let namespace = self.namespaces.allNamespaces ? nil : self.namespaces.namespace ?? "default"
        let decryption = try self.decoding.decryption()
        let source = try self.registry.open()
        let registry = try await source.registry(of: queries.flatMap(\.resources), namespace: namespace)
        var answers = try queries.answers(in: registry, namespace: namespace)
        var walk = ObjectWalk(of: registry, decryption: decryption)
        walk.hidesManagedFields = !self.showManagedFields
        try self.selection.apply(to: &walk, answers.map(\.resource))
        try await self.sort(&answers, with: walk)
        let renderer = ObjectRenderer(
            walk,
            as: try objectFormat(self.output) { isWide in
                let now = walk.ageEnd(self.table.ageFrom, isLive: source.source.isLive)
                return .table(self.table.options(isWide: isWide), now: now)
            },
            showsHeadings: !self.table.noHeaders,
            showsNamespace: self.namespaces.allNamespaces
        )
        var output = Output()
        let isList = !queries.areForOneObject(answers)
        let result = try await renderer.write(answers, isList: isList, to: &output)
        if result.isEmptyTable {
            let isNamespaced = answers.contains { $0.resource.scope != .cluster }
            note(nothingFoundLine(in: isNamespaced ? namespace : nil))
        }
        try output.flush()
        try registry.keyspace.checkUnchanged()
        note(result.problems.lines(hasConfiguration: decryption != nil))
        try reportMissing(answers)
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

/// Says what was not found; a missing name is a failure, an empty list is not.
func reportMissing(_ answers: [ObjectAnswer]) throws {
    let missing = answers.flatMap(\.missing)
    note(missing.map(\.line))
    guard missing.isEmpty else { throw ExitStatus.failed }
}

/// How a table looks.
struct TableOptions: ParsableArguments {
    @Flag(help: "Leave out the headings.")
    var noHeaders = false

    @Flag(help: "Show all labels in a last column.")
    var showLabels = false

    @Option(
        name: [.customShort("L"), .long],
        help: ArgumentHelp("Show these labels, each in a column.", valueName: "label")
    )
    var labelColumns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Count ages up to the time of the snapshot, up to now, or up to a time.",
            valueName: "snapshot|now|time"
        )
    )
    var ageFrom: AgeOrigin = .snapshot

    func options(isWide: Bool) -> TableView.Options {
        var options = TableView.Options()
        options.wide = isWide
        options.labels = self.showLabels
        options.labelColumns = self.labelColumns.flatMap { $0.split(separator: ",").map(String.init) }
        return options
    }
}

/// `-l` and `--field-selector`.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp(
            "Show only objects with these labels: a=b,c!=d,e in (x,y),!f.",
            valueName: "labels"
        )
    )
    var selector: String?

    @Option(
        help: ArgumentHelp("Show only objects with these fields: status.phase=Running.", valueName: "fields")
    )
    var fieldSelector: String?

    /// Reads the selectors for objects of `resources`.
    ///
    /// - Throws: `SelectorError` for a selector that is none, or a field that one of them does not have.
    func apply(to walk: inout ObjectWalk, _ resources: [Resource]) throws {
        try walk.select(labels: self.selector, fields: self.fieldSelector, of: resources)
    }
}
