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
            etcdctl get --print-value-only KEY | \(Program.name) decode
            etcdctl get --prefix KEY -w json | \(Program.name) decode
            \(Program.name) keys -f SOURCE KEY --print-value-only | \(Program.name) decode -o json
            """,
        discussion: """
            Shows what is stored, managedFields included, in the version in which it is stored. Protobuf, JSON \
            and CBOR are recognized by their first bytes. What etcdctl prints is read in each of its forms: the \
            value alone, a line with the key before it, or -w json, also with several keys; base64 of these too. \
            The key then serves to open an encrypted value. What a terminal did to the bytes is undone.
            """
    )

    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print yaml or json.")
    var output: WholeObjectFormat = .yaml

    @OptionGroup var look: LookOptions

    @Flag(help: "Show only the object's type and metadata.")
    var metaOnly = false

    @Option(
        help: ArgumentHelp(
            "The key that the value is stored at, if the input does not say it; some encryption providers need it.",
            valueName: "key"
        )
    )
    var etcdKey: String?

    func run() async throws {
        let bytes = try standardInput(upTo: Limits.textByteCount)
        guard !bytes.isEmpty else {
            throw Failure(
                "standard input is empty",
                advice: "pipe a value in: etcdctl get --print-value-only KEY | registree decode",
                status: .badInput
            )
        }
        let decryption = try self.decoding.decryption()
        let input = DecodedInput(bytes, etcdKey: self.etcdKey, decryption: decryption)
        note(input.lines)
        switch input.objects.count {
        case 0: throw Failure("etcd's answer on standard input has no keys", status: .badInput)
        case 1: try self.printOnly(input.objects[0])
        default: try self.print(input.objects)
        }
    }

    private func printOnly(_ object: DecodedInput.Object) throws {
        do {
            let decoded = try object.decoded.get()
            try self.print(decoded)
            note(decoded.form.lines)
        } catch let error as CodecError {
            throw Failure(
                "standard input cannot be decoded: \(error)",
                advice: "a value comes unchanged with: etcdctl get KEY -w json | registree decode",
                status: .badInput
            )
        }
    }

    /// Prints those that can be read, and names the others.
    private func print(_ objects: [DecodedInput.Object]) throws {
        guard self.etcdKey == nil else {
            throw Failure(
                "--etcd-key names one key, and standard input holds \(objects.count)",
                status: .badInput
            )
        }
        var isFirst = true
        var failedCount = 0
        for object in objects {
            switch object.decoded {
            case .success(let decoded):
                if !isFirst, self.output == .yaml { try Output.print("---\n", self.look.display) }
                isFirst = false
                try self.print(decoded)
                note(decoded.form.lines)
            case .failure(let error):
                failedCount += 1
                note("Error: \(object.etcdKey ?? "a key that is not text"): \(error)")
            }
        }
        if failedCount > 0 {
            throw Failure("\(failedCount) of \(objects.count) values are not shown", status: .failed)
        }
    }

    private func print(_ decoded: DecodedValue) throws {
        let shown = self.metaOnly ? try decoded.document.metadataOnly() : decoded.document
        try Output.print(shown.root, as: self.output, self.look.display)
    }
}
