import ArgumentParser
import ClusterChecks
import FoundationEssentials
import KubernetesCodec
import Operations
import Presentation

/// `registree check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the objects of a source for what Kubernetes and its users would trip over.",
        discussion: """
            Certificates that have expired or soon will, webhooks and API services that nothing answers, claims \
            without volumes, terminating namespaces, versions that the next release of Kubernetes removes, objects \
            whose owners are gone, a quota that is near, values that are plain where others are encrypted, and \
            what does not decode or fit together. Each finding names the object, the reason and what to do.

            The exit code is 0 whatever is found, or 1 when --fail-on is given and something of that severity is \
            found.
            """
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print a table, json, junit or sarif.")
    var output: FindingsFormat = .table

    @Option(
        help: ArgumentHelp(
            "End with exit code 1 when something is found that is as bad as this, or worse.",
            valueName: "severity"
        )
    )
    var failOn: Severity?

    @Option(
        help: ArgumentHelp("Name certificates that expire within this time, such as 720h.", valueName: "time")
    )
    var expiresWithin = GoDuration(.seconds(30 * 24 * 3600))

    @Option(
        help: ArgumentHelp(
            "The quota of the etcd, its --quota-backend-bytes, such as 8GiB.",
            valueName: "bytes"
        )
    )
    var quota = ByteCount(FindingConditions.defaultQuota)

    @OptionGroup var fit: FitOptions
    @OptionGroup var look: LookOptions

    func run() async throws {
        let decryption = try self.decoding.decryption()
        let source = try await self.registry.open(decryption)
        let conditions = FindingConditions(
            now: Int64(Date().timeIntervalSince1970),
            expiryNotice: self.expiresWithin.duration.components.seconds,
            quota: self.quota.byteCount,
            configuration: decryption?.configuration
        )
        let check = SourceCheck(source, decryption: decryption, conditions)
        let (findings, keyspace) = try await check.run()
        let text = FindingsText(findings, of: source.source.path ?? "live etcd")
        let display = self.fit.apply(to: self.look.display)
        switch self.output {
        case .table: try Output.print(text, as: .table, display)
        case .json: try Output.print(text, as: .json, display)
        case .junit, .sarif: try Output.print(text.text(as: self.output, in: .none), display)
        }
        try finish(keyspace)
        if let failOn, let worst = text.worst, worst >= failOn { throw ExitStatus.failed }
    }
}
