import ArgumentParser
import KubernetesCodec
import Presentation

/// `registree encode`.
struct EncodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Turn YAML or JSON on standard input into the bytes that an API server would store.",
        usage: "\(Program.name) encode < object.yaml | \(Program.name) put KEY --endpoints ENDPOINT",
        discussion: """
            Built-in kinds become protobuf; custom resources and their definitions become JSON. The resource version, \
            which is never stored, is left out. A field that the kind does not have is an error.
            """
    )

    @Option(help: ArgumentHelp("Write protobuf, json or cbor, whatever the kind.", valueName: "encoding"))
    var encoding: StoredEncoding?

    func run() async throws {
        let text = try standardInput(upTo: Limits.textByteCount)
        do {
            var document = try self.document(text)
            document.remove("metadata", "resourceVersion")
            document.remove("metadata", "selfLink")
            let encoding = self.encoding?.encoding ?? ObjectEncoder.encoding(of: document)
            let bytes = try ObjectEncoder.encode(document, as: encoding)
            var output = try Output()
            try output.write(stored: bytes.span.bytes)
            try output.flush()
        } catch let error as CodecError {
            throw Failure("standard input cannot be stored: \(error)", status: .badInput)
        }
    }

    private func document(_ text: [UInt8]) throws -> Document {
        if text.first == UInt8(ascii: "{") { return try Document(json: text) }
        let documents = try Document.documents(yaml: text).filter { !$0.root.isNull }
        guard documents.count == 1, let document = documents.first else {
            throw Failure(
                "standard input holds \(documents.count) objects",
                advice: "encode them one by one",
                status: .badInput
            )
        }
        return document
    }
}

/// The forms in which `encode` can write.
enum StoredEncoding: String, ExpressibleByArgument, CaseIterable {
    case protobuf
    case json
    case cbor

    var encoding: KubernetesCodec.Encoding {
        switch self {
        case .protobuf: .protobuf
        case .json: .json
        case .cbor: .cbor
        }
    }
}
