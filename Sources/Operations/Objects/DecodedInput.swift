public import KubernetesCodec

/// The objects in what is piped into `decode`: a stored value, alone or as a tool prints it.
///
///     etcdctl get KEY --print-value-only   the value, a line feed
///     etcdctl get KEY                      the key, a line feed, the value, a line feed
///     etcdctl get KEY -w json              a range response, see ``RangeResponseText``
///     … | base64                           any of these in base64
///     kubectl exec -t … etcdctl get …      any of these, where a terminal put a carriage return before each line feed
///
/// Source: etcd-io/etcd `etcdctl/ctlv3/command/printer_simple.go`.
public struct DecodedInput: Sendable {
    /// One value of the input.
    public struct Object: Sendable {
        /// Where it was stored; nil when the input does not say it and nobody else did.
        public var etcdKey: String?
        public var decoded: Result<DecodedValue, CodecError>
    }

    /// What had been done to the values on their way, and was undone.
    public enum Change: Hashable, Sendable {
        case base64
        /// A terminal put a carriage return before each line feed.
        case carriageReturns
    }

    /// In the input's order; none when a range response has no keys.
    public private(set) var objects: [Object] = []
    /// In the order in which they were undone.
    public private(set) var undone: [Change] = []
    private let etcdKey: String?
    private let decryption: Decryption?

    /// - Parameters:
    ///   - input: What was piped in.
    ///   - etcdKey: Where the value was stored, which counts more than what the input says; nil to go by the input.
    ///   - decryption: What opens encrypted values; nil when there is nothing.
    public init(_ input: [UInt8], etcdKey: String?, decryption: Decryption?) {
        self.etcdKey = etcdKey
        self.decryption = decryption
        if let unpacked = unpackedBase64(input) {
            self.undone.append(.base64)
            self.read(unpacked)
        } else {
            self.read(input)
        }
    }

    private mutating func read(_ input: [UInt8]) {
        if let response = RangeResponseText(input) {
            self.objects = response.pairs.map(self.object)
        } else if let (key, value) = withoutKeyLine(input) {
            self.add(value, storedAt: self.etcdKey ?? key)
        } else {
            self.add(input, storedAt: self.etcdKey)
        }
    }

    private func object(_ pair: RangeResponseText.Pair) -> Object {
        let key = self.etcdKey ?? pair.key
        do throws(CodecError) {
            let value = StoredValue(try pair.value.get(), etcdKey: key)
            return Object(etcdKey: key, decoded: .success(try value.decoded(self.decryption)))
        } catch {
            return Object(etcdKey: key, decoded: .failure(error))
        }
    }

    /// Decodes a value that was printed as it is, with the terminal's carriage returns when it is not sound without.
    ///
    /// They are taken out first: a damaged protobuf value may by chance be one of a kind that nobody knows. JSON is
    /// read as it is, since it holds no line feed but between its parts.
    private mutating func add(_ value: [UInt8], storedAt key: String?) {
        if Encoding(of: value.span.bytes, in: 0..<value.count) != .json, let printed = beforeTerminal(value),
            let decoded = try? StoredValue(printed, etcdKey: key).decoded(self.decryption)
        {
            self.undone.append(.carriageReturns)
            self.objects = [Object(etcdKey: key, decoded: .success(decoded))]
            return
        }
        do throws(CodecError) {
            let decoded = try StoredValue(value, etcdKey: key).decoded(self.decryption)
            self.objects = [Object(etcdKey: key, decoded: .success(decoded))]
        } catch {
            self.objects = [Object(etcdKey: key, decoded: .failure(error))]
        }
    }
}

/// What base64 text stands for; nil when it is no base64 of anything that this reads.
private func unpackedBase64(_ input: [UInt8]) -> [UInt8]? {
    guard let bytes = Base64.decode(input), !bytes.isEmpty else { return nil }
    return beginsAsStored(bytes[...]) || withoutKeyLine(bytes) != nil ? bytes : nil
}

/// The key and what follows its line; nil when the input begins with a value, or no value follows the first line.
private func withoutKeyLine(_ input: [UInt8]) -> (key: String?, value: [UInt8])? {
    /// Kubernetes' keys are far shorter; in bytes.
    let longestLine = 64 << 10
    guard !beginsAsStored(input[...]),
        let end = input.prefix(longestLine).firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    var line = input[..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let value = input[(end + 1)...]
    guard !line.isEmpty, line.allSatisfy({ $0 >= 0x20 }), beginsAsStored(value) else { return nil }
    return (String(validating: line, as: UTF8.self), Array(value))
}

/// Whether the first bytes are those of a form in which objects are stored, encrypted ones too.
private func beginsAsStored(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = Array(bytes.prefix(16))
    return Encoding(of: start.span.bytes, in: 0..<start.count) != .other
}

/// The bytes that a terminal made these of; nil unless a carriage return stands before each line feed.
///
/// Source: termios(3), `ONLCR`.
private func beforeTerminal(_ bytes: [UInt8]) -> [UInt8]? {
    var printed: [UInt8] = []
    printed.reserveCapacity(bytes.count)
    for byte in bytes {
        if byte == UInt8(ascii: "\n") {
            guard printed.last == UInt8(ascii: "\r") else { return nil }
            printed.removeLast()
        }
        printed.append(byte)
    }
    return printed.count < bytes.count ? printed : nil
}
