import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// What `history -o` takes; without it text for reading.
enum HistoryOutput: String, ExpressibleByArgument, CaseIterable {
    /// A change a line.
    case json
    /// The states themselves.
    case yaml
}

/// `registree history`.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract:
            "Show every state of some objects that the source still holds, and what changed when and by whom.",
        usage: """
            \(Program.name) history -f SOURCE RESOURCE/NAME ... [-n NAMESPACE] [--patch | -o FORMAT]
            \(Program.name) history -f SOURCE RESOURCE/NAME -o yaml --revision N
            """,
        discussion: """
            The oldest state comes first. Objects that were deleted are found too. Times are told from the objects \
            of the source, and a ± says how far one may be off. Whoever changed an object is the manager whose entry \
            in metadata.managedFields the change renewed, or who owns the fields that it changed. Of a live etcd the \
            changes since its last compaction are read. Of a data directory the log is replayed first, \
            and changes before the last compaction are told from it; those with a ? may not have been made. --no-log \
            leaves it out.

            With --revision or --at the history ends there, and -o yaml prints the one state that the object had. \
            Values of Secrets are hidden, but for -o yaml, which prints objects as they are.
            """
    )

    @Argument(
        help: ArgumentHelp("RESOURCE/NAME each time, or a resource and then names.", valueName: "resource"),
        completion: .objects
    )
    var arguments: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Look in this namespace.", completion: .namespaces)
    var namespace: String?

    @Flag(help: "Print each change as a unified diff of the object's YAML.")
    var patch = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Print json (a change a line) or yaml (the states).", valueName: "format")
    )
    var output: HistoryOutput?

    @OptionGroup var look: LookOptions

    func validate() throws {
        guard !self.patch || self.output == nil else {
            throw ValidationError("--patch and -o exclude each other.")
        }
    }

    func run() async throws {
        let queries = try ObjectQuery.queries(self.arguments, isEverywhere: false)
        guard queries.allSatisfy({ $0.names != nil }) else {
            throw Failure("history is of objects", advice: "give RESOURCE/NAME", status: .badInput)
        }
        let (timeline, _) = try await self.registry.timeline(self.decoding.decryption())
        var answers = try queries.answers(
            in: timeline.history.registry,
            namespace: self.namespace ?? "default"
        )
        timeline.moveLaterObjects(to: &answers)
        var output = try Output(self.look.display)
        let lines = try await self.write(answers, of: timeline, to: &output)
        try output.flush()
        try finish(timeline)
        let missing = answers.flatMap(\.missing)
        note(lines + missing.map(\.line))
        guard missing.isEmpty, lines.isEmpty else { throw ExitStatus.failed }
    }

    /// Prints the objects' histories.
    ///
    /// - Returns: What could not be shown.
    private func write(
        _ answers: [ObjectAnswer],
        of timeline: ObjectTimeline,
        to output: inout Output
    ) async throws -> [String] {
        if self.output == .yaml { return try await self.writeStates(answers, of: timeline, to: &output) }
        let objects = answers.flatMap(\.objects)
        let text = HistoryText(output.appearance)
        let (isPatch, isJSON) = (self.patch, self.output == .json)
        var unknown = UnknownChanges()
        for (index, object) in objects.enumerated() {
            if objects.count > 1, !isPatch, !isJSON {
                try output.write(
                    (index > 0 ? "\n" : "") + text.heading(of: object, in: timeline.history.registry)
                )
            }
            let changes = timeline.history.changes(of: object, upTo: timeline.revision)
            let start = (bytes: [UInt8](), unknown: UnknownChanges())
            try await timeline.forEach(changes, startingWith: start, keepsDocuments: isPatch || isJSON) {
                made,
                details in
                made.unknown.note(details)
                if isPatch {
                    HistoryPatch.append(details, to: &made.bytes)
                } else if isJSON {
                    ChangeJSON.append(details, to: &made.bytes)
                } else {
                    made.bytes += text.text(of: details).utf8
                }
            } take: { made in
                unknown.add(made.unknown)
                let bytes = made.bytes
                if isJSON {
                    try output.write(json: bytes.span.bytes)
                } else if isPatch {
                    try output.write(lines: bytes.span.bytes)
                } else {
                    try output.write(bytes.span.bytes)
                }
            }
        }
        return unknown.lines
    }

    /// Prints the states as YAML: all of them, or the one at the revision that was asked for.
    private func writeStates(
        _ answers: [ObjectAnswer],
        of timeline: ObjectTimeline,
        to output: inout Output
    ) async throws -> [String] {
        let isOne = self.registry.source.revision != nil || self.registry.source.at != nil
        var walk = ObjectWalk(of: timeline.history.registry, decryption: timeline.decryption)
        walk.unreadable = UnreadableRule(isNamed: true, canMark: false, isIgnored: false)
        let renderer = ObjectRenderer(walk, as: .yaml, showsHeadings: false, showsNamespace: false)
        var lines: [String] = []
        var count = 0
        for answer in answers {
            for object in answer.objects {
                let changes = timeline.history.changes(of: object, upTo: timeline.revision)
                for change in isOne ? changes.suffix(1) : changes[...] {
                    if change.isDeletion {
                        if isOne { lines.append(timeline.deletedLine(change)) }
                        continue
                    }
                    if count > 0 { try output.write("---\n") }
                    count += 1
                    var state = answer
                    (state.objects, state.missing) = ([change.object], [])
                    lines += try await renderer.write([state], isList: false, to: &output).problems.lines
                }
            }
        }
        return lines
    }
}

extension HistoryCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespace ?? "default" }
    var typedArguments: [String] { self.arguments }
}
