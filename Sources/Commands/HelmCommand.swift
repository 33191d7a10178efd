import ArgumentParser
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Operations
import Presentation

/// `registree helm`.
struct HelmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helm",
        abstract: "Show the Helm 3 releases in the source.",
        subcommands: [HelmList.self, HelmHistory.self, HelmValues.self, HelmManifest.self]
    )
}

/// `registree helm list`.
struct HelmList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the newest revision of every release.",
        aliases: ["ls"]
    )

    @OptionGroup var source: HelmSource
    @OptionGroup var unreadable: UnreadableOptions

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var fit: FitOptions
    @OptionGroup var look: LookOptions

    func run() async throws {
        let (releases, problems) = try await self.source.read { try $0.summaries(self.unreadable.rule()) }
        let display = self.fit.apply(to: self.look.display)
        try Output.print(HelmText(releases.newest, .list), as: self.output, display)
        try self.unreadable.report(problems)
    }
}

/// `registree helm history`.
struct HelmHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the revisions of a release."
    )

    @Argument(help: "The release's name.", completion: .helmReleases)
    var release: String

    @OptionGroup var source: HelmSource
    @OptionGroup var unreadable: UnreadableOptions

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var fit: FitOptions
    @OptionGroup var look: LookOptions

    func run() async throws {
        let (releases, problems) = try await self.source.read {
            try $0.summaries(of: self.release, self.unreadable.rule())
        }
        guard !releases.isEmpty || problems.isIncomplete else { throw self.source.notFound(self.release) }
        if !releases.isEmpty {
            let sorted = releases.sorted { $0.revision < $1.revision }
            let display = self.fit.apply(to: self.look.display)
            try Output.print(HelmText(sorted, .history), as: self.output, display)
        }
        try self.unreadable.report(problems)
    }
}

/// `registree helm values`.
struct HelmValues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "values",
        abstract: "Print the values that were given to a release."
    )

    @OptionGroup var choice: HelmChoice
    @OptionGroup var source: HelmSource

    @Flag(help: "Print the chart's default values instead.")
    var defaults = false

    @Option(name: .shortAndLong, help: "Print yaml or json.")
    var output: WholeObjectFormat = .yaml

    @OptionGroup var look: LookOptions

    func run() async throws {
        let release = try await self.choice.release(in: self.source)
        guard let values = self.defaults ? release.defaultValues : release.values else {
            return try Output.print("{}\n")
        }
        try Output.print(values, as: self.output, self.look.display)
    }
}

/// `registree helm manifest`.
struct HelmManifest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Print the objects that the chart of a release rendered."
    )

    @OptionGroup var choice: HelmChoice
    @OptionGroup var source: HelmSource
    @OptionGroup var pager: PagerOptions

    func run() async throws {
        let manifest = Array(try await self.choice.release(in: self.source).manifest.utf8)
        var output = try Output(self.pager.display)
        try output.write(lines: manifest.span.bytes)
        try output.flush()
    }
}

/// Where releases are looked for.
struct HelmSource: ParsableArguments {
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions

    /// Reads releases.
    ///
    /// Helm looks into one namespace; without `-n` all are looked into, as there is no current one.
    func read<Read>(_ body: (HelmReleases) throws -> Read) async throws -> Read {
        let namespace = self.namespaces.only
        let registry = try await self.registry.open()
            .registry(of: HelmReleases.resources, namespace: namespace)
        let decryption = try self.decoding.decryption()
        let releases = HelmReleases(in: registry, namespace: namespace, decryption: decryption)
        let read = try body(releases)
        try finish(registry.keyspace)
        self.namespaces.noteRoots(of: registry)
        return read
    }

    func notFound(_ release: String) -> HelmError {
        .notFound(release, namespace: self.namespaces.only)
    }
}

/// One revision of one release.
struct HelmChoice: ParsableArguments {
    @Argument(help: "The release's name.", completion: .helmReleases)
    var name: String

    @Option(help: ArgumentHelp("Which revision of the release (default: the newest).", valueName: "n"))
    var releaseRevision: Int64?

    /// The release.
    ///
    /// - Throws: `UnreadableObject` when it cannot be read; `HelmError` when it is not there, or in several namespaces.
    func release(in source: HelmSource) async throws -> HelmRelease {
        let revisions = try await source.read {
            try $0.revisions(named: self.name, self.releaseRevision)
        }
        guard revisions.count < 2 else {
            throw HelmError.inSeveralNamespaces(self.name, revisions.map(\.namespace))
        }
        guard let revision = revisions.first else { throw source.notFound(self.name) }
        return try revision.release.get()
    }
}
