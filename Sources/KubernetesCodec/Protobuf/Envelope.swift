import ProtobufWire

/// What surrounds a stored protobuf object and says of which kind it is.
///
///     bytes  field
///     4      magic "k8s", encoding style 0
///     rest   runtime.Unknown: 1 TypeMeta {1 apiVersion, 2 kind}, 2 the object's message,
///            3 content encoding, 4 content type; both written as empty strings
///
/// Source: kubernetes/apimachinery `pkg/runtime/serializer/protobuf/protobuf.go`,
/// `pkg/runtime/generated.proto`.
struct Envelope {
    static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    var apiVersion = ""
    var kind = ""
    /// The object's message, by its place in the bytes around it.
    var message = 0..<0

    init() {}

    /// Reads the envelope in `range`.
    ///
    /// - Throws: `.malformed` or `.truncated`, with the offset in `bytes`.
    init(reading bytes: RawSpan, in range: Range<Int>) throws(CodecError) {
        do {
            var reader = ProtobufReader(range.dropFirst(Self.magic.count))
            while let field = try reader.next(in: bytes) {
                switch field {
                case .bytes(1, let range): try self.readType(bytes, in: range)
                case .bytes(2, let range): self.message = range
                case .bytes(3, let range) where !range.isEmpty:
                    throw CodecError(
                        .malformed("its content has an unknown encoding"),
                        at: range.lowerBound
                    )
                default: break
                }
            }
        } catch let error as CodecError {
            throw error
        } catch {
            throw CodecError(.malformed("its protobuf envelope is damaged"), at: range.lowerBound)
        }
    }

    private mutating func readType(_ bytes: RawSpan, in range: Range<Int>) throws {
        var reader = ProtobufReader(range)
        while let field = try reader.next(in: bytes) {
            switch field {
            case .bytes(1, let range): self.apiVersion = text(bytes, range)
            case .bytes(2, let range): self.kind = text(bytes, range)
            default: break
            }
        }
    }

    /// The envelope around `message`, as it is stored.
    func bytes(around message: [UInt8]) -> [UInt8] {
        var type = ProtobufWriter()
        type.append(Array(self.apiVersion.utf8), field: 1)
        type.append(Array(self.kind.utf8), field: 2)
        var unknown = ProtobufWriter()
        unknown.append(type.bytes, field: 1)
        unknown.append(message, field: 2)
        unknown.append([], field: 3)
        unknown.append([], field: 4)
        return Self.magic + unknown.bytes
    }
}

private func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}
