import KubernetesCodec

/// The keys and values of a range response in JSON, as etcdctl, etcd's HTTP gateway and `registree keys` print it.
///
///     {"header":{…,"revision":12},"kvs":[{"key":"L2E=","create_revision":2,"mod_revision":2,"version":1,
///      "value":"azhzAA=="}],"count":1}
///
/// `key` and `value` are base64. A field that is 0 or empty is left out: without any key there is only the header,
/// and with `--keys-only` no value. One element of `kvs`, taken out with jq, is read as well.
///
/// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`, `RangeResponse`; `etcdctl/ctlv3/command/printer_json.go`.
struct RangeResponseText: Sendable {
    struct Pair: Sendable {
        var key: String?
        var value: Result<[UInt8], CodecError>
    }

    private(set) var pairs: [Pair] = []

    /// nil for everything else, a stored object in JSON among it: that one says of which kind it is.
    init?(_ text: [UInt8]) {
        let start = text.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
        guard start.first == UInt8(ascii: "{"), let root = (try? Document(json: text))?.root,
            root["apiVersion"] == nil, root["kind"] == nil
        else { return nil }
        if let pairs = root["kvs"], pairs.kind == .array {
            self.pairs = pairs.elements.map(Pair.init)
        } else if root["key"]?.string != nil, root["mod_revision"] != nil {
            self.pairs = [Pair(root)]
        } else if root["header", "revision"] == nil {
            return nil
        }
    }
}

extension RangeResponseText.Pair {
    fileprivate init(_ pair: Value) {
        let key = pair["key"]?.string.flatMap { Base64.decode($0.utf8) }
        self.key = key.flatMap { String(validating: $0, as: UTF8.self) }
        guard let text = pair["value"]?.string, !text.isEmpty else {
            self.value = .failure(CodecError(.malformed("it has no value, as with --keys-only")))
            return
        }
        guard let value = Base64.decode(text.utf8) else {
            self.value = .failure(CodecError(.malformed("its value is not base64")))
            return
        }
        self.value = .success(value)
    }
}
