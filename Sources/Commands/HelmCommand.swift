import ArgumentParser
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Presentation

/// `registree helm`.
struct HelmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helm",
        abstract: "Open the Helm 3 releases in the source.",
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

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    func run() async throws {
        let releases = try await self.source.summaries(of: nil)
        var newest: [String: HelmSummary] = [:]
        for release in releases {
            let name = "\(release.namespace)/\(release.name)"
            if let known = newest[name], known.revision > release.revision { continue }
            newest[name] = release
        }
        let sorted = newest.sorted { $0.key < $1.key }.map(\.value)
        try HelmText(sorted).print(self.output, of: .list)
    }
}

/// `registree helm history`.
struct HelmHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the revisions of a release."
    )

    @Argument(help: "The release's name.")
    var release: String

    @OptionGroup var source: HelmSource

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    func run() async throws {
        let releases = try await self.source.summaries(of: self.release).sorted { $0.revision < $1.revision }
        guard !releases.isEmpty else { throw self.source.notFound(self.release) }
        try HelmText(releases).print(self.output, of: .history)
    }
}

/// `registree helm values`.
struct HelmValues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "values",
        abstract: "Print the values that a release was given."
    )

    @OptionGroup var choice: HelmChoice

    @Flag(help: "Print the chart's default values instead.")
    var defaults = false

    @Option(name: .shortAndLong, help: "Print yaml or json.")
    var output: WholeObjectFormat = .yaml

    func run() async throws {
        let release = try await self.choice.release()
        guard let values = self.defaults ? release.defaultValues : release.values else {
            return try Output.print("{}\n")
        }
        var bytes: [UInt8] = []
        switch self.output {
        case .yaml:
            var writer = YAMLWriter()
            writer.write(values)
            bytes = writer.bytes
        case .json:
            var writer = JSONWriter(indentation: 4)
            writer.write(values)
            bytes = writer.bytes + [0x0A]
        }
        var output = Output()
        try output.write(stored: bytes.span.bytes)
        try output.flush()
    }
}

/// `registree helm manifest`.
struct HelmManifest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Print the objects that a release rendered."
    )

    @OptionGroup var choice: HelmChoice

    func run() async throws {
        let manifest = Array(try await self.choice.release().manifest.utf8)
        var output = Output()
        try output.write(stored: manifest.span.bytes)
        try output.flush()
    }
}

/// Where releases are looked for.
struct HelmSource: ParsableArguments {
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions

    /// Helm looks into one namespace; a list looks into all, as there is no current one.
    func summaries(of release: String?) async throws -> [HelmSummary] {
        var summaries: [HelmSummary] = []
        try await self.forEachRelease(of: release) { summaries.append(HelmSummary($0)) }
        return summaries
    }

    /// Calls `body` with every revision of a release, or of all.
    func forEachRelease(of name: String?, _ body: (HelmRelease) throws -> Void) async throws {
        let namespace = self.namespaces.only
        let registry = try await self.registry.open(wanting: ["secrets", "configmaps"], namespace: namespace)
        let decryption = try self.decoding.decryption()
        var reader = ObjectReader(of: registry, decryption: decryption, hidesManagedFields: true)
        var problems = ReadingProblems()
        for object in registry.helmObjects(namespace: namespace, release: name) {
            let read = try reader.read(object)
            problems.note(read, of: object, in: registry)
            guard read.problem == nil, HelmRelease.isRelease(reader.document.root) else { continue }
            let release: HelmRelease
            do throws(CodecError) {
                release = try HelmRelease(reader.document.root)
            } catch {
                let key = String(decoding: registry.key(of: object), as: UTF8.self)
                note("Note: \(key) is no Helm release that can be opened: \(error)")
                continue
            }
            if name == nil || release.name == name { try body(release) }
        }
        try registry.keyspace.checkUnchanged()
        problems.report(hasConfiguration: decryption != nil)
    }

    func notFound(_ release: String) -> Failure {
        let place = self.namespaces.only.map { " in namespace \($0)" } ?? ""
        return Failure(
            "no Helm release is called \"\(release)\"\(place)",
            advice: "`registree helm list` shows those that are there",
            status: .failed
        )
    }
}

/// One revision of one release.
struct HelmChoice: ParsableArguments {
    @Argument(help: "The release's name.")
    var name: String

    @Option(help: ArgumentHelp("Which revision of the release (default: the newest).", valueName: "n"))
    var releaseRevision: Int64?

    @OptionGroup var source: HelmSource

    func release() async throws -> HelmRelease {
        var chosen: [HelmRelease] = []
        try await self.source.forEachRelease(of: self.name) { release in
            guard self.releaseRevision == nil || release.revision == self.releaseRevision else { return }
            if let place = chosen.firstIndex(where: { $0.namespace == release.namespace }) {
                if chosen[place].revision < release.revision { chosen[place] = release }
            } else {
                chosen.append(release)
            }
        }
        guard chosen.count < 2 else {
            throw Failure(
                "release \"\(self.name)\" is in namespaces \(chosen.map(\.namespace).sorted().joined(separator: ", "))",
                advice: "say which with -n",
                status: .badInput
            )
        }
        guard let release = chosen.first else { throw self.source.notFound(self.name) }
        return release
    }
}

extension HelmText {
    fileprivate func print(_ format: ReportFormat, of columns: Columns) throws {
        var output = Output()
        switch format {
        case .json: try output.write(self.json())
        case .table: try self.table(columns).forEachLine { try output.write($0.span.bytes) }
        }
        try output.flush()
    }
}
