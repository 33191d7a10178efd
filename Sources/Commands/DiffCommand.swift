import ArgumentParser
import EtcdClient
import EtcdStorage
import FoundationEssentials
import KubernetesRegistry
import Operations
import Presentation

/// `registree diff A B`.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show in which objects and fields two backups, revisions or etcds differ.",
        usage: """
            \(Program.name) diff A B [RESOURCE[,RESOURCE] [NAME ...]] [-n NAMESPACE] [-l LABELS] [-o FORMAT]
            \(Program.name) diff A@REVISION A@TIME
            \(Program.name) diff --cluster --endpoints ENDPOINTS
            """,
        discussion: """
            A and B are what -f takes in other commands: a snapshot file, packed or not, - for standard input, a \
            directory, or live. SOURCE@REVISION is the state at a revision, SOURCE@TIME that at a time, \
            2026-11-22T13:20:00Z or -5m, -36h, -2d. Objects that mean the same in another encoding, stored version \
            or encryption are equal. Events, leases, managedFields, resourceVersion and status are left out unless --include names them. Values of Secrets \
            are never shown: *** (before) and *** (after) stand for two that differ.

            Without -o, the program in $KUBECTL_EXTERNAL_DIFF, when it is set, is given two directories of YAML \
            files, as kubectl diff does.

            Exit codes: 0 equal; 1 different; 2 or more failed.
            """
    )

    @Argument(help: ArgumentHelp("The source that is compared.", valueName: "a"), completion: .file())
    var old: String?

    @Argument(help: ArgumentHelp("The source that it is compared with.", valueName: "b"), completion: .file())
    var new: String?

    @Argument(
        help: ArgumentHelp(
            "Compare only these: resources and then names, or RESOURCE/NAME each time (default: all objects).",
            valueName: "resource"
        )
    )
    var objects: [String] = []

    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp("Only objects with these labels in one of the two: a=b,c!=d.", valueName: "labels")
    )
    var selector: String?

    @Option(
        help: ArgumentHelp(
            "Only objects with these fields in one of the two: status.phase=Running; needs RESOURCE.",
            valueName: "fields"
        )
    )
    var fieldSelector: String?

    @Option(
        help: ArgumentHelp(
            "Compare also events, leases, managedFields, resourceVersion, status, or all of these, with commas between.",
            valueName: "parts"
        )
    )
    var include: [IncludedParts] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Print text, summary (counts alone), json, or patch (a unified diff of YAML).",
            valueName: "format"
        )
    )
    var output: DifferenceFormat?

    @Flag(help: "Compare the members of a live cluster with each other: their hashes, revisions and keys.")
    var cluster = false

    @Flag(help: "Compare the snapshots' digests with their bytes first.")
    var check = false

    @OptionGroup var log: LogOptions

    @Option(
        help: ArgumentHelp(
            "Compare only the keys below this root (default: all roots, such as /registry).",
            valueName: "prefix"
        )
    )
    var etcdPrefix: String?

    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var unreadable: UnreadableOptions
    @OptionGroup var look: LookOptions
    @OptionGroup(title: "A live etcd") var endpoints: EndpointOptions
    @OptionGroup(title: "A live etcd") var reading: LiveReadingOptions

    func validate() throws {
        if self.cluster {
            guard self.old == nil else {
                throw ValidationError("--cluster compares members, and takes no source.")
            }
            guard !self.choosesObjects, self.output.map({ [.text, .json].contains($0) }) ?? true else {
                throw ValidationError("--cluster compares all keys, and prints text or json.")
            }
        } else if self.new == nil {
            throw ValidationError("diff needs two sources: \(Program.name) diff A B.")
        }
        if self.fieldSelector != nil, self.objects.isEmpty {
            throw ValidationError("--field-selector needs a RESOURCE.")
        }
    }

    /// Whether it is told to compare some objects or parts alone, or others than it would.
    private var choosesObjects: Bool {
        self.namespaces.only != nil || self.selector != nil || self.fieldSelector != nil
            || !self.include.isEmpty
            || self.etcdPrefix != nil
    }

    func run() async throws {
        let isDifferent: Bool
        do {
            isDifferent = try await self.compare()
        } catch {
            // 1 says that the two differ, and nothing else.
            var failure = Failure(error)
            guard failure.status == .failed, !(error is ExitStatus) else { throw error }
            failure.status = .notCompared
            throw failure
        }
        guard Completeness.isComplete else { throw ExitStatus.notCompared }
        if isDifferent { throw ExitStatus.different }
    }

    private func compare() async throws -> Bool {
        guard let old, let new else { return try await self.compareMembers() }
        var request = DifferenceRequest()
        request.queries =
            self.objects.isEmpty ? [] : try ObjectQuery.queries(self.objects, isEverywhere: false)
        request.namespace = self.namespaces.only
        request.labels = self.selector
        request.fields = self.fieldSelector
        request.included = self.include.reduce(into: []) { $0.formUnion($1.parts) }
        request.decryption = try self.decoding.decryption()
        let program = self.output == nil ? externalDiff() : nil
        request.readsAddedAndRemoved = program != nil || self.output == .patch
        var connection = self.endpoints.flags
        connection.consistency = self.reading.consistency
        let pair = try DifferencePair(
            DifferenceSource(old),
            DifferenceSource(new),
            connection: connection,
            checksDigest: self.check,
            log: self.log.reading,
            etcdPrefix: self.etcdPrefix,
            .process
        )
        note(pair.notes.map { pair.isOfOneSource ? $0.note.line : $0.note.line(of: $0.source) })
        let registries = try await pair.registries(for: request)
        note(registries.found.map(\.line))
        let difference = try RegistryDifference(from: registries.old, to: registries.new, request)
        let summary =
            if let program {
                try await self.show(difference, with: program)
            } else {
                try await self.show(difference)
            }
        try finish(registries.old.keyspace)
        try finish(registries.new.keyspace)
        note(difference.missing.map(\.line))
        guard difference.missing.isEmpty else { throw ExitStatus.notCompared }
        return try self.report(summary)
    }

    private func show(_ difference: RegistryDifference) async throws -> DifferenceSummary {
        let scratch = CallerContext.process.temporaryDirectory
        let writer = DifferenceWriter(self.output ?? .text, scratchDirectory: scratch)
        var output = try Output(self.look.display)
        let summary = try await writer.write(difference, to: &output)
        try output.flush()
        return summary
    }

    private func show(
        _ difference: RegistryDifference,
        with program: ExternalDiff
    ) async throws -> DifferenceSummary {
        let directories = try DifferenceDirectories(in: CallerContext.process.temporaryDirectory)
        defer { directories.remove() }
        let summary = try await directories.write(difference) { $0.unreadText(revision: $1) }
        if !summary.groups.isEmpty { try program.run(directories) }
        return summary
    }

    /// Says what was not compared.
    ///
    /// - Returns: Whether the two differ.
    /// - Throws: When it is not known of all objects whether they do.
    private func report(_ summary: DifferenceSummary) throws -> Bool {
        note(summary.noteLines)
        if summary.total.unknown > 0, !self.unreadable.ignoreUnreadable { throw ExitStatus.notCompared }
        return !summary.total.areZero
    }

    private func compareMembers() async throws -> Bool {
        var connection = try self.endpoints.connection()
        connection.options.consistency = .serializable
        let comparison = try await MemberComparison(
            connection,
            spoolDirectory: CallerContext.process.temporaryDirectory
        ).run()
        try Output.print(
            MemberComparisonText(comparison),
            as: self.output == .json ? .json : .table,
            self.look.display
        )
        if !comparison.silent.isEmpty { throw ExitStatus.notCompared }
        return comparison.isDifferent
    }
}
