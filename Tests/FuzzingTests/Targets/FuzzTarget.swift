import Files

@testable import KubernetesCodec

/// What takes bytes from outside, each with the promises that must hold for all of them.
///
/// `Tests/Fuzzing/run` tries them on bytes without end; the tests on what it found, `fixtures/fuzzing/`.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// Two bytes that choose one of the schema's messages, then the message.
    case protobuf
    case cbor
    case json
    /// YAML, or JSON that is written as YAML.
    case yaml
    /// A stored value of any encoding.
    case envelope
    /// A configuration in YAML, a zero byte, and a value that it may open.
    case encryptionConfiguration = "encryption-configuration"
    /// A stored value under a configuration with keys for all providers.
    case encryptedValue = "encrypted-value"
    /// A Helm release, packed or not.
    case gzip
    /// A stored value that is shown as a row of a table.
    case table
    /// A template of `-o jsonpath`, a line's end, and an object in JSON.
    case jsonpath
    /// Label and field selectors.
    case selector
    /// A file that is packed: tar, gzip, zlib, zip, or LZW.
    case archives
    /// One of Gardener's delta files, without the digest at its end.
    case deltas
    /// kine's file.
    case sqlite
    /// A database of etcd that is damaged.
    case salvage
    /// A stopped member's write-ahead log: its segments, one after the other.
    case log
    /// A database of etcd, for what it tells of the past.
    case history
    /// Revisions with times: 8 bytes each for the revision and the milliseconds, then 0 or more for how exact they are.
    case times
    /// Two objects in JSON with a zero byte between.
    case difference
    /// Certificates in PEM, or one in DER.
    case certificates
}

/// A promise that does not hold for some bytes.
struct BrokenPromise: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Runs targets on inputs, one after the other.
struct FuzzRun {
    var messages = MessageDecoder()
    var objects = ObjectDecoder()
    var barerObjects = ObjectDecoder(hidesManagedFields: true)
    /// For what is read by its path; nil until then.
    var scratchDirectory: ScratchDirectory?
    /// For logs; nil until then.
    var storedMember: FuzzedMember?

    /// Takes `bytes` as the target does; an error of ours is as good as a document.
    mutating func take(_ bytes: RawSpan, as target: FuzzTarget) throws(BrokenPromise) {
        switch target {
        case .protobuf: try self.protobuf(bytes)
        case .cbor: try self.cbor(bytes)
        case .json: try self.json(bytes)
        case .yaml: try self.yaml(bytes)
        case .envelope: try self.envelope(bytes)
        case .encryptionConfiguration: self.encryptionConfiguration(bytes)
        case .encryptedValue: self.encryptedValue(bytes)
        case .gzip: self.gzip(bytes)
        case .table: self.table(bytes)
        case .jsonpath: self.jsonpath(bytes)
        case .selector: try self.selector(bytes)
        case .archives: try self.archives(bytes)
        case .deltas: try self.deltas(bytes)
        case .sqlite: try self.sqlite(bytes)
        case .salvage: try self.salvage(bytes)
        case .log: try self.log(bytes)
        case .history: try self.history(bytes)
        case .times: try self.times(bytes)
        case .difference: try self.difference(bytes)
        case .certificates: try self.certificates(bytes)
        }
    }
}

extension FuzzRun {
    /// A message that encodes must decode to the same again, but for members that are `null`.
    ///
    /// Go writes an inlined message even if it is empty, and with it what is `null` in it.
    private mutating func protobuf(_ bytes: RawSpan) throws(BrokenPromise) {
        guard bytes.byteCount >= 2 else { return }
        let number = Int(bytes.byte(at: 0)) | Int(bytes.byte(at: 1)) << 8
        let message = UInt16(number % self.messages.schema.messages.count)
        guard self.decode(message, bytes, in: 2..<bytes.byteCount) else { return }
        let text = printed(self.messages.document)
        let encoder = MessageEncoder(document: self.messages.document)
        guard let encoded = try? encoder.encode(message, Document.rootNode, path: .init()) else { return }
        guard self.decode(message, encoded.span.bytes, in: 0..<encoded.count) else {
            throw BrokenPromise("message \(message): it does not decode after it was encoded")
        }
        try requireEquivalent(
            printed(self.messages.document),
            text,
            "message \(message) after it was encoded"
        )
    }

    private mutating func decode(_ message: UInt16, _ bytes: RawSpan, in range: Range<Int>) -> Bool {
        self.messages.clear()
        do {
            try self.messages.decode(message, as: Document.rootNode, in: range, of: bytes)
            return true
        } catch {
            return false
        }
    }

    /// What is written must read as it was; bytes that are no UTF-8 change once, to U+FFFD.
    private func json(_ bytes: RawSpan) throws(BrokenPromise) {
        try requireSizes(of: bytes)
        guard let document = try? Document(json: bytes.withUnsafeBytes { Array($0) }) else { return }
        var pretty = JSONWriter(indentation: 4)
        pretty.write(document)
        var text = jsonText(document)
        if bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) == nil {
            text = try rewritten(text)
            pretty.bytes = try rewritten(text)
        }
        try requireEqual(rewritten(text), text, "JSON after it was written")
        try requireEqual(rewritten(pretty.bytes), text, "JSON after it was written on many lines")
    }

    /// What is written must read as it was.
    private func cbor(_ bytes: RawSpan) throws(BrokenPromise) {
        try requireSizes(of: bytes)
        guard let document = try? Document(cbor: bytes.withUnsafeBytes { Array($0) }) else { return }
        let text = printed(document)
        var writer = CBORWriter()
        do { try writer.write(document) } catch { throw BrokenPromise("CBOR cannot be written: \(error)") }
        guard let again = try? Document(cbor: writer.bytes) else {
            throw BrokenPromise("CBOR does not read after it was written")
        }
        try requireEqual(jsonText(again), text, "CBOR after it was written")
    }

    /// What is written must read as it was.
    private func yaml(_ bytes: RawSpan) throws(BrokenPromise) {
        let bytes = bytes.withUnsafeBytes { Array($0) }
        let documents = (try? [Document(json: bytes)]) ?? (try? Document.documents(yaml: bytes)) ?? []
        for document in documents {
            guard let original = try? Document(json: jsonText(document)) else {
                throw BrokenPromise("JSON does not read after it was written")
            }
            guard original.nodes.allSatisfy({ $0.kind != .number || original.isFinite($0) }) else { continue }
            var writer = YAMLWriter()
            writer.write(original)
            guard let again = try? Document(yaml: writer.bytes) else {
                throw BrokenPromise("YAML does not read after it was written")
            }
            guard !isSame(original, Document.rootNode, again, Document.rootNode) else { continue }
            try requireEqual(jsonText(again), jsonText(original), "YAML after it was written")
        }
    }

    private mutating func envelope(_ bytes: RawSpan) throws(BrokenPromise) {
        try requireSizes(of: bytes)
        _ = try? self.barerObjects.decode(bytes, in: 0..<bytes.byteCount)
        guard let form = try? self.objects.decode(bytes, in: 0..<bytes.byteCount) else { return }
        let text = printed(self.objects.document)
        let encoded = try? ObjectEncoder.encode(self.objects.document, as: .protobuf)
        if (try? self.objects.showAsServed(modRevision: 1)) != nil { _ = printed(self.objects.document) }
        guard form.encoding == .protobuf, let encoded else { return }
        guard (try? self.objects.decode(encoded.span.bytes, in: 0..<encoded.count)) != nil else {
            throw BrokenPromise("the object does not decode after it was encoded")
        }
        try requireEquivalent(printed(self.objects.document), text, "the object after it was encoded")
    }
}

/// The sizes of a value's fields are the value's, whatever it is.
private func requireSizes(of bytes: RawSpan) throws(BrokenPromise) {
    var sizes = FieldSizes()
    sizes.add(bytes, storedByteCount: bytes.byteCount)
    let sum = sizes.fields.reduce(0) { $0 + $1.byteCount }
    guard sum == bytes.byteCount, sizes.fields.allSatisfy({ $0.byteCount > 0 }) else {
        throw BrokenPromise("the fields of \(bytes.byteCount) bytes have \(sum)")
    }
}

extension RawSpan {
    func byte(at offset: Int) -> UInt8 { self.extracting(offset..<offset + 1).withUnsafeBytes { $0[0] } }
}

func jsonText(_ document: borrowing Document) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(Document.rootNode, of: document)
    return writer.bytes
}

/// The document as JSON, after it was written as YAML too.
private func printed(_ document: Document) -> [UInt8] {
    var writer = YAMLWriter()
    writer.write(document)
    return jsonText(document)
}

private func requireEqual(_ new: [UInt8], _ old: [UInt8], _ what: String) throws(BrokenPromise) {
    guard new != old else { return }
    let place = zip(new, old).prefix { $0 == $1 }.count
    let (newPart, oldPart) = (
        new.dropFirst(max(0, place - 40)).prefix(80), old.dropFirst(max(0, place - 40)).prefix(80)
    )
    throw BrokenPromise(
        "\(what) is \(String(decoding: newPart, as: UTF8.self)), not \(String(decoding: oldPart, as: UTF8.self))"
    )
}

private func requireEquivalent(_ new: [UInt8], _ old: [UInt8], _ what: String) throws(BrokenPromise) {
    guard new != old else { return }
    if let left = try? Document(json: new), let right = try? Document(json: old),
        isSame(left, Document.rootNode, right, Document.rootNode)
    {
        return
    }
    try requireEqual(new, old, what)
}

private func rewritten(_ text: [UInt8]) throws(BrokenPromise) -> [UInt8] {
    guard let document = try? Document(json: text) else {
        throw BrokenPromise("JSON does not read after it was written")
    }
    return jsonText(document)
}

/// Whether two values are the same JSON; numbers are compared as numbers, and members that are `null` do not count.
private func isSame(_ left: Document, _ leftNode: UInt32, _ right: Document, _ rightNode: UInt32) -> Bool {
    let (a, b) = (left.nodes[Int(leftNode)], right.nodes[Int(rightNode)])
    switch (a.kind, b.kind) {
    case (.integer, .integer): return a.payload == b.payload
    case (.integer, .number), (.number, .integer), (.number, .number):
        return Value(document: left, node: leftNode).double == Value(document: right, node: rightNode).double
    case (.string, .string): return left.text[a.textRange.bytes] == right.text[b.textRange.bytes]
    case (.array, .array), (.object, .object):
        var leftChild = left.skippingNulls(a.first, of: a.kind)
        var rightChild = right.skippingNulls(b.first, of: b.kind)
        while leftChild != 0, rightChild != 0 {
            let (c, d) = (left.nodes[Int(leftChild)], right.nodes[Int(rightChild)])
            guard a.kind == .array || left.text[c.name.bytes] == right.text[d.name.bytes],
                isSame(left, leftChild, right, rightChild)
            else { return false }
            leftChild = left.skippingNulls(c.next, of: a.kind)
            rightChild = right.skippingNulls(d.next, of: b.kind)
        }
        return leftChild == rightChild
    default: return a.kind == b.kind
    }
}

extension Document {
    /// The first child from `child` on that counts.
    fileprivate func skippingNulls(_ child: UInt32, of container: Kind) -> UInt32 {
        var child = child
        while container == .object, child != 0, self.nodes[Int(child)].kind == .null {
            child = self.nodes[Int(child)].next
        }
        return child
    }

    fileprivate func isFinite(_ number: Node) -> Bool {
        Double(self.string(number.textRange))?.isFinite ?? false
    }
}
