/// Encodes objects as the bytes that an API server would store.
public enum ObjectEncoder {
    /// The form in which an API server stores the object.
    ///
    /// Built-in kinds are protobuf; custom resources, their definitions and API services are JSON.
    ///
    /// Source: kubernetes/kubernetes `pkg/controlplane/apiserver/{apiextensions,aggregator}.go`.
    public static func encoding(of document: Document) -> Encoding {
        let version = document.root["apiVersion"]?.string ?? ""
        let isAlwaysJSON = ["apiextensions.k8s.io/", "apiregistration.k8s.io/"].contains {
            version.hasPrefix($0)
        }
        let kind = document.root["kind"]?.string ?? ""
        let isKnown = Schema.known.message(apiVersion: version, kind: kind) != nil
        return isKnown && !isAlwaysJSON ? .protobuf : .json
    }

    /// The stored bytes of an object.
    ///
    /// - Throws: `.unencodable`, which says which field is wrong and what it should be.
    public static func encode(_ document: Document, as encoding: Encoding) throws(CodecError) -> [UInt8] {
        guard let version = document.root["apiVersion"]?.string, !version.isEmpty,
            let kind = document.root["kind"]?.string, !kind.isEmpty
        else { throw CodecError(.unencodable("the object needs apiVersion and kind")) }
        switch encoding {
        case .protobuf:
            guard let message = Schema.known.message(apiVersion: version, kind: kind) else {
                throw CodecError(
                    .unencodable("\(version) \(kind) is not a built-in kind, so it has no protobuf form")
                )
            }
            let encoder = MessageEncoder(document: document)
            var envelope = Envelope()
            envelope.apiVersion = version
            envelope.kind = kind
            return envelope.bytes(around: try encoder.encode(message, Document.rootNode, path: .init()))
        case .json:
            var writer = JSONWriter()
            writer.write(document)
            return writer.bytes + [0x0A]
        case .cbor:
            var writer = CBORWriter()
            try writer.write(document)
            return writer.bytes
        case .encrypted, .other:
            throw CodecError(.unencodable("objects cannot be written as \(encoding.rawValue)"))
        }
    }
}
