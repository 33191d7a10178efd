/// A text as the name of a file, whatever it holds: letters, digits and a few signs stay, every other byte is `%XX`.
///
/// Names of Kubernetes are as they are. A name that is too long for a file is cut, and ends in a number that is another
/// for other names.
public func fileName(_ text: String) -> String {
    var name = ""
    for byte in text.utf8 {
        guard name.utf8.count < 200 else { return "\(name)~\(String(fnv1a(text), radix: 16))" }
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "="):
            name.unicodeScalars.append(Unicode.Scalar(byte))
        default: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
    return name.allSatisfy({ $0 == "." }) ? name.replacing(".", with: "%2E") : name
}

/// FNV-1a in 64 bits.
private func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
}
