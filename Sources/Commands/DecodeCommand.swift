import ArgumentParser
import KubernetesCodec
import Operations
import Presentation

/// `registree decode`.
struct DecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Turn a stored value on standard input into YAML.",
        usage: """
            etcdctl get --print-value-only KEY | registree decode
            registree keys -f SOURCE KEY --print-value-only | registree decode -o json
            """,
        discussion: """
            Shows what is stored, managedFields included, in the version in which it is stored. Protobuf, JSON \
            and CBOR are told apart by their first bytes; a line's end that etcdctl added does no harm.
            """
    )

    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print yaml or json.")
    var output: WholeObjectFormat = .yaml

    @Flag(help: "Show only the object's type and metadata.")
    var metaOnly = false

    @Option(
        help: ArgumentHelp("Where the value was stored; some ways of encryption need it.", valueName: "key")
    )
    var etcdKey: String?

    func run() async throws {
        let value = try standardInput(upTo: Limits.valueByteCount + 1)
        guard !value.isEmpty else {
            throw Failure(
                "nothing came on standard input",
                advice: "pipe a value in: etcdctl get --print-value-only KEY | registree decode",
                status: .badInput
            )
        }
        let decryption = try self.decoding.decryption()
        let document: Document
        let form: DecodedForm
        do {
            (document, form) = try StoredValue(value, etcdKey: self.etcdKey).decoded(decryption)
        } catch {
            throw Failure("standard input is not a stored object: \(error)", status: .badInput)
        }
        let shown = self.metaOnly ? try document.metadataOnly() : document
        try Output.print(shown.root, as: self.output)
        note(form.lines)
    }
}
