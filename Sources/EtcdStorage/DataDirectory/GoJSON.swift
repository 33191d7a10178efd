/// JSON as Go's `encoding/json` writes it, byte for byte: etcd hashes and compares these texts.
public enum GoJSON {
    /// A string with its quotes.
    ///
    /// Beyond what JSON asks for, Go escapes `<`, `>` and `&`, and U+2028 and U+2029.
    public static func string(_ text: String) -> String {
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
