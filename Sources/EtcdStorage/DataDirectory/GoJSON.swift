/// JSON as Go's `encoding/json` writes it, byte for byte: etcd hashes and compares these texts.
enum GoJSON {
    /// A string with its quotes.
    ///
    /// Beyond what JSON asks for, Go escapes `<`, `>` and `&`, and U+2028 and U+2029.
    static func string(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    static func strings(_ texts: [String]) -> String {
        "[" + texts.map(self.string).joined(separator: ",") + "]"
    }
}

extension InitialCluster.Member {
    /// What etcd keeps of the member, in the `members` bucket and in the log.
    ///
    ///     {"id":10276657743932975437,"peerURLs":["http://localhost:2380"],"name":"default"}
    ///
    /// Source: etcd-io/etcd `server/etcdserver/api/membership/member.go`, `type Member struct`.
    var json: [UInt8] {
        let urls = GoJSON.strings(self.peerURLs)
        let name = GoJSON.string(self.name)
        return Array("{\"id\":\(self.id.rawValue),\"peerURLs\":\(urls),\"name\":\(name)}".utf8)
    }

    /// The key in the `members` bucket.
    var key: [UInt8] { Array(self.id.description.utf8) }
}
