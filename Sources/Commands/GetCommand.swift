import ArgumentParser
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
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
    var output: ObjectFormat?

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
        let registry = try await self.registry.open(
            wanting: queries.flatMap(\.resources),
            namespace: namespace
        )
        var answers: [ObjectAnswer] = []
        for query in queries { answers += try query.answers(in: registry, namespace: namespace) }
        var walk = ObjectWalk(registry: registry, decryption: decryption)
        walk.hidesManagedFields = !self.showManagedFields
        try self.selection.apply(to: &walk, answers.map(\.resource))
        try await self.sort(&answers, with: walk)
        let listing = ObjectListing(
            walk: walk,
            showsNamespace: self.namespaces.allNamespaces,
            showsHeadings: !self.table.noHeaders,
            showsType: Set(answers.filter { !$0.objects.isEmpty }.map(\.resource)).count > 1
        )
        var output = Output()
        let isList = !queries.isForOneObject
        let problems = try await self.write(answers, listing, isList: isList, namespace, to: &output)
        try output.flush()
        try registry.keyspace.checkUnchanged()
        problems.report(hasConfiguration: decryption != nil)
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

    private func write(
        _ answers: [ObjectAnswer],
        _ listing: ObjectListing,
        isList: Bool,
        _ namespace: String?,
        to output: inout Output
    ) async throws -> ReadingProblems {
        let isMissing = answers.contains { !$0.missing.isEmpty }
        func objects(_ format: ObjectText.Format) async throws -> ReadingProblems {
            guard isList || !isMissing else { return ReadingProblems() }
            let text = ObjectText(format, isList: isList)
            return try await listing.writeObjects(of: answers, as: text, to: &output)
        }
        switch self.output {
        case .yaml: return try await objects(.yaml)
        case .json: return try await objects(.json)
        case .jsonLines: return try await objects(.jsonLines)
        case .etcd:
            try listing.writeRecords(of: answers, to: &output)
            return ReadingProblems()
        case .name where listing.walk.selectsAll:
            try listing.writeNames(of: answers, to: &output)
            return ReadingProblems()
        case .name: return try await listing.writeSelectedNames(of: answers, to: &output)
        case .jsonPath, .jsonPathFile:
            guard let template = try self.output?.template() else { return ReadingProblems() }
            return try await listing.writeTemplate(template, of: answers, isList: isList, to: &output)
        case .customColumns, .customColumnsFile:
            guard let columns = try self.output?.customColumns() else { return ReadingProblems() }
            return try await listing.writeCustomColumns(columns, of: answers, to: &output)
        case .wide, nil:
            let now = self.table.ageFrom.time(
                of: listing.walk.registry,
                isLive: try self.registry.source.live() != nil,
                decryption: listing.walk.decryption
            )
            let answers = merged(answers)
            let options = self.table.options(isWide: self.output == .wide)
            let (rows, problems) = try await listing.writeTables(of: answers, options, at: now, to: &output)
            if rows == 0, !isMissing {
                let isNamespaced = answers.contains { $0.resource.scope != .cluster }
                noteNothingFound(in: isNamespaced ? namespace : nil)
            }
            return problems
        }
    }
}

/// Says what was not found; a missing name is a failure, an empty list is not.
func reportMissing(_ answers: [ObjectAnswer]) throws {
    let missing = answers.flatMap(\.missing)
    for sentence in missing { note("Error: \(terminalText(sentence))") }
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
    /// - Throws: `Failure` for a selector that is none, or a field that one of them does not have.
    func apply(to walk: inout ObjectWalk, _ resources: [Resource]) throws {
        do throws(SelectorError) {
            walk.labels = try self.selector.map { (text) throws(SelectorError) in try LabelSelector(text) }
            guard
                let fields = try self.fieldSelector.map({ (text) throws(SelectorError) in
                    try FieldSelector(text)
                })
            else { return }
            for resource in resources {
                let known = walk.registry.selectableFields(of: resource, walk.decryption)
                walk.fields[resource] = try fields.matcher(for: known)
            }
        } catch {
            throw Failure(error.description, status: .badInput)
        }
    }
}
