/// In which form a value is stored, told from its first bytes.
public enum Encoding: String, Sendable, CaseIterable {
    /// Built-in kinds: `k8s\0`.
    case protobuf
    /// Custom resources, their definitions, and what API servers were told to store so: `{`.
    case json
    /// Custom resources where the feature gate CBORServingAndStorage is on: the self-described tag d9 d9 f7.
    case cbor
    /// Encrypted at rest: `k8s:enc:`.
    case encrypted
    /// Anything else: a counter, a value that is not a Kubernetes object.
    case other

    public init(of bytes: RawSpan, in range: Range<Int>) {
        let start = range.prefix(8).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        if start.starts(with: Envelope.magic) {
            self = .protobuf
        } else if start == Array("k8s:enc:".utf8) {
            self = .encrypted
        } else if start.starts(with: [0xD9, 0xD9, 0xF7]) {
            self = .cbor
        } else if start.first == UInt8(ascii: "{") {
            self = .json
        } else {
            self = .other
        }
    }
}
