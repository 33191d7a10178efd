import ArgumentParser
import KubernetesCodec
import Operations
import Presentation

/// `registree encryption`.
struct EncryptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encryption",
        abstract: "Show with which keys the values are encrypted, and which could not be read without them.",
        discussion: """
            For each resource it counts the values that are plain and those of each provider and key, live and in the \
            history; a key may be removed when no value needs it. No value is opened. With --encryption-config it says \
            which keys are configured and not used; exit code 1 when a value needs one that is not configured, or is \
            plain where `identity` is not.
            """
    )

    @OptionGroup var source: WholeSourceOptions

    @Option(
        help: ArgumentHelp(
            "Compare with the API server's EncryptionConfiguration.",
            valueName: "file"
        ),
        completion: .file()
    )
    var encryptionConfig: String?

    @Option(name: .shortAndLong, help: "Print tables or json.")
    var output: ReportFormat = .table

    @OptionGroup var fit: FitOptions
    @OptionGroup var look: LookOptions

    func run() async throws {
        let configuration = try self.encryptionConfig.map { try EncryptionConfiguration(file: $0) }
        let (source, name) = try self.source.open(self.source.file)
        let use = try await EncryptionUse(of: source, configuration: configuration)
        try Output.print(
            EncryptionText(use, source: name),
            as: self.output,
            self.fit.apply(to: self.look.display)
        )
        Completeness.report(use.malformedKeys)
        if !use.unreadableRows.isEmpty { throw ExitStatus.failed }
    }
}
