import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// What `changes` and `deleted` print.
enum ChangeOutput: String, ExpressibleByArgument, CaseIterable {
    case table
    /// An object a line.
    case json
}

/// `registree changes`.
struct ChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Show all changes that the source still holds, in order, as a log.",
        usage:
            "\(Program.name) changes -f SOURCE [RESOURCE[,RESOURCE] ...] [-n NAMESPACE] [--since TIME] [-o FORMAT]",
        discussion: """
            A line each: revision, time, what happened, namespace, object, by whom, and the fields that changed. Behind \
            them stands how many changes there were of each resource and by each manager. With -n, what is in no \
            namespace is left out unless its resource is named.
            """
    )

    @OptionGroup var query: HistoryQueryOptions

    func run() async throws {
        let (timeline, moment) = try await self.query.timeline()
        let filter = try self.query.filter(in: timeline)
        let isJSON = self.query.output == .json
        var output = try Output(self.query.look.display)
        let text = ChangeLogText(output.appearance)
        var counts = ChangeCounts()
        let start = (bytes: [UInt8](), counts: ChangeCounts())
        try await timeline.forEach(of: filter, since: moment, startingWith: start) { made, details in
            made.counts.note(details)
            if isJSON {
                ChangeJSON.append(details, to: &made.bytes)
            } else {
                made.bytes += text.line(details).utf8
            }
        } take: { made in
            counts.add(made.counts)
            let bytes = made.bytes
            if isJSON {
                try output.write(json: bytes.span.bytes)
            } else {
                try output.write(bytes.span.bytes)
            }
        }
        if !isJSON, counts.count > 0 { try output.write("\n" + counts.text) }
        try output.flush()
        if counts.count == 0 { note("No changes found.") }
        try finish(timeline)
        note(counts.unknown.lines)
        guard counts.unknown.lines.isEmpty else { throw ExitStatus.failed }
    }
}

/// What `changes` and `deleted` are told.
struct HistoryQueryOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Resources; all without any.", valueName: "resource"), completion: .objects)
    var resources: [String] = []

    @OptionGroup var since: SinceOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(name: .shortAndLong, help: "Print a table or json, an object a line.")
    var output: ChangeOutput = .table

    @OptionGroup var look: LookOptions

    func timeline() async throws -> (timeline: ObjectTimeline, since: Int64?) {
        try await self.registry.timeline(self.decoding.decryption(), since: self.since.since)
    }

    /// Which objects are meant.
    ///
    /// - Throws: `UnknownResource`.
    func filter(in timeline: ObjectTimeline) throws -> HistoryFilter {
        let typed = self.resources.flatMap { $0.split(separator: ",").map(String.init) }
        return try HistoryFilter(typed, namespace: self.namespaces.only, in: timeline.history.registry)
    }
}

extension ChangesCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.query.registry }
    var namespaceOfNames: String? { self.query.namespaces.only }
    var typedArguments: [String] { self.query.resources }
}
