import ArgumentParser
import KubernetesCodec
import KubernetesRegistry
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
        let (document, form) = try self.decode(value)
        let shown = self.metaOnly ? try document.metadataOnly() : document
        var bytes: [UInt8] = []
        ObjectText(self.output == .json ? .json : .yaml, isList: false).append(shown, to: &bytes)
        var output = Output()
        try output.write(bytes.span.bytes)
        try output.flush()
        if form.unknownFieldCount > 0 {
            note(
                "Note: \(form.unknownFieldCount) fields are of a newer release than is known here, and not shown"
            )
        }
        if !form.isKnownKind {
            note("Note: the kind is not known here: its fields are shown by their numbers")
        }
    }

    /// Decodes the value as it came, or without the line's end that etcdctl puts behind it.
    private func decode(_ value: [UInt8]) throws -> (Document, DecodedForm) {
        do {
            return try self.decodeExactly(value)
        } catch {
            guard value.last == 0x0A, let decoded = try? self.decodeExactly(value.dropLast()) else {
                throw Failure("standard input is no stored object: \(error)", status: .badInput)
            }
            return decoded
        }
    }

    private func decodeExactly(_ value: some Collection<UInt8>) throws -> (Document, DecodedForm) {
        let plain = try self.opened(Array(value))
        var decoder = ObjectDecoder()
        let form = try decoder.decode(plain.span.bytes, in: 0..<plain.count)
        return (decoder.document, form)
    }

    private func opened(_ value: [UInt8]) throws -> [UInt8] {
        let bytes = value.span.bytes
        guard let encrypted = EncryptedValue(bytes) else { return value }
        guard let decryption = try self.decoding.decryption() else { throw CodecError.encrypted(encrypted) }
        guard let etcdKey else { return try decryption.open(bytes) }
        let resource = Resource(ofKey: etcdKey)
        return try decryption.open(
            bytes,
            etcdKey: Array(etcdKey.utf8),
            resource: resource?.plural ?? "",
            group: resource?.group ?? ""
        )
    }
}

/// In which form one object is printed.
enum WholeObjectFormat: String, ExpressibleByArgument, CaseIterable {
    case yaml
    case json
}
