import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import KubernetesTables
import Operations
import Presentation

/// `registree undelete`.
struct UndeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelete",
        abstract: "Print the last states of deleted objects as YAML that can be applied again.",
        usage: """
            \(Program.name) undelete -f SOURCE RESOURCE/NAME ... [-n NAMESPACE] | kubectl apply -f -
            \(Program.name) undelete -f SOURCE [RESOURCE[,RESOURCE]] [-n NAMESPACE | -A] [-l LABELS] [--since TIME]
            """,
        discussion: """
            Left out is what an API server sets itself: uid, resourceVersion, creationTimestamp, deletionTimestamp, \
            managedFields and status, the selector that a Job is given, and a Pod's ephemeral containers. Owners that are gone are named on standard error: with their ownerReferences an \
            object is deleted again. Secrets are printed with their values. Objects that came back are left out.

            Without -n or -A, the namespace default is looked at. Without a RESOURCE, -n, -A, -l or --since say which of \
            all objects are meant.
            """
    )

    @Argument(
        help: ArgumentHelp("Resources and then names, or RESOURCE/NAME each time.", valueName: "resource"),
        completion: .objects
    )
    var arguments: [String] = []

    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp(
            "Print only objects with these labels: a=b,c!=d,e in (x,y),!f.",
            valueName: "labels"
        )
    )
    var selector: String?

    @OptionGroup var since: SinceOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var unreadable: UnreadableOptions
    @OptionGroup var pager: PagerOptions

    func validate() throws {
        let isNarrowed =
            self.namespaces.allNamespaces || self.namespaces.namespace != nil || self.selector != nil
            || self.since.since != nil
        guard isNarrowed || !self.arguments.isEmpty else {
            throw ValidationError("undelete needs a RESOURCE, or one of -n, -A, -l and --since.")
        }
    }

    func run() async throws {
        let queries = try ObjectQuery.queries(
            self.arguments.isEmpty ? ["*"] : self.arguments,
            isEverywhere: self.namespaces.allNamespaces
        )
        let (timeline, moment) = try await self.registry.timeline(
            self.decoding.decryption(),
            since: self.since.since
        )
        let deletions = try timeline.deletions(
            of: queries,
            namespace: self.namespaces.onlyOrDefault,
            since: moment
        )
        var undelete = Undelete(timeline)
        undelete.selector = try self.selector.map { try LabelSelector($0) }
        undelete.unreadable = self.unreadable.rule(isNamed: queries.allSatisfy { $0.names != nil })
        var output = try Output(self.pager.display)
        var lines: [String] = []
        var secrets: [String] = []
        var count = 0
        let (problems, leftOutCount) = try undelete.run(deletions.found) { object in
            count += 1
            lines += object.lines
            secrets += [object.secretTitle].compactMap(\.self)
            var text: [UInt8] = []
            object.append(to: &text)
            try output.write(lines: text.span.bytes)
        }
        try output.flush()
        try finish(timeline)
        lines += [UndeletedObject.secretsLine(secrets), Undelete.leftOutLine(leftOutCount)].compactMap(\.self)
        note(lines + problems.lines + deletions.missing.map(\.line))
        guard deletions.missing.isEmpty, !problems.isFailure else { throw ExitStatus.failed }
        if count == 0, problems.unreadableCount == 0 { note("Nothing that was deleted is missing.") }
    }
}

extension UndeleteCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespaces.onlyOrDefault }
    var typedArguments: [String] { self.arguments }
}
