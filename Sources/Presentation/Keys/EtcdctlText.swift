import EtcdStorage
import KubernetesCodec

/// Keys and values as `etcdctl get` prints them: each on a line of its own.
///
/// With keys alone etcdctl prints an empty line after each; here there is none.
///
/// Source: etcd-io/etcd `etcdctl/ctlv3/command/printer_simple.go`.
struct EtcdctlText {
    private let keysOnly: Bool
    private let valuesOnly: Bool

    init(keysOnly: Bool, valuesOnly: Bool) {
        self.keysOnly = keysOnly
        self.valuesOnly = valuesOnly
    }

    /// Hands what belongs on each line to `write`, without copying it.
    func parts(of key: RawSpan, _ value: RawSpan, _ write: (RawSpan) throws -> Void) throws {
        if !self.valuesOnly { try write(key) }
        if !self.keysOnly { try write(value) }
    }
}

/// Keys and values as `etcdctl get -w json` prints them, written one after the other.
///
/// Keys and values are base64; a field with its zero value is left out.
struct EtcdctlJSON {
    private let revision: Int64
    private let count: Int
    private var isFirst = true

    init(revision: Int64, count: Int) {
        self.revision = revision
        self.count = count
    }

    var opening: String { "{\"header\":{\"revision\":\(self.revision)}" }

    /// One key; with `keysOnly` without its value.
    mutating func element(
        _ key: RawSpan,
        _ metadata: KeyMetadata,
        _ value: RawSpan,
        keysOnly: Bool
    ) -> String {
        var text = self.isFirst ? ",\"kvs\":[" : ","
        self.isFirst = false
        text += "{\"key\":\"\(Base64.text(of: key))\",\"create_revision\":\(metadata.createRevision)"
        text += ",\"mod_revision\":\(metadata.modRevision),\"version\":\(metadata.version)"
        if !keysOnly, !value.isEmpty { text += ",\"value\":\"\(Base64.text(of: value))\"" }
        if metadata.lease != 0 { text += ",\"lease\":\(metadata.lease)" }
        return text + "}"
    }

    /// The end; `isLimited` when a limit kept keys back.
    func closing(isLimited: Bool) -> String {
        var text = self.isFirst ? "" : "]"
        if isLimited { text += ",\"more\":true" }
        if self.count > 0 { text += ",\"count\":\(self.count)" }
        return text + "}\n"
    }
}
