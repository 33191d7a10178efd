import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree describe`.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show everything about some objects, laid out for reading.",
        usage: """
            \(Program.name) describe -f SOURCE RESOURCE/NAME ... [-n NAMESPACE]
            \(Program.name) describe -f SOURCE RESOURCE[,RESOURCE] [NAME ...] [-n NAMESPACE | -A] [-l LABELS]
            """,
        discussion: """
            What an object holds, its owners and what it owns, the events about it, and how etcd keeps it: \
            key, revisions, lease, size, encoding and encryption. Values of Secrets are not shown, only how \
            large they are. Without -n or -A, objects of the namespace default are shown.

            An object that cannot be read, being damaged or encrypted, is an error when it is asked for by its name. \
            Of those in a list only what their keys and etcd say is shown, and that they were not read; with -l or \
            --field-selector they are left out, named on standard error, and the exit code is 1.
            """
    )

    @OptionGroup var objects: ObjectOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var pager: PagerOptions

    func run() async throws {
        let queries = try self.objects.queries(in: self.namespaces)
        let namespace = self.namespaces.onlyOrDefault
        let decryption = try self.decoding.decryption()
        let source = try await self.registry.open(decryption)
        let (registry, leases) = try await source.registry(
            around: queries.flatMap(\.resources),
            namespace: namespace
        )
        let answers = try queries.answers(in: registry, namespace: namespace)
        let walk = try self.objects.walk(queries, answers, in: registry, decryption, canMark: true)
        let display = self.pager.display
        let text = DescriptionText(
            now: self.objects.ageEnd(walk, of: source),
            width: display.screenWidth,
            hasConfiguration: decryption != nil
        )
        let descriptions = ObjectDescriptions(walk, leases: leases)
        var output = try Output(display)
        var count = 0
        let objects = answers.flatMap(\.objects)
        let problems = try await descriptions.forEach(of: objects, namespace: namespace) { description in
            if count > 0 { try output.write("\n\n") }
            count += 1
            try output.write(text.text(of: description))
        }
        try output.flush()
        try finish(registry.keyspace)
        self.namespaces.noteRoots(of: registry)
        try self.objects.report(problems, problems.unreadableLines, missing: answers)
        if count == 0, !problems.isIncomplete { self.objects.noteNothingFound(answers, in: namespace) }
    }
}
