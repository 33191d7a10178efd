/// The words of a field's name, as people read them: `clusterIPs` is `Cluster IPs`, `apiVersion` is `API Version`.
///
/// Names with anything but letters are data, such as a label's, and stay as they are.
func fieldLabel(_ name: String) -> String {
    guard !name.isEmpty, name.utf8.allSatisfy(isLetter) else { return name }
    return words(of: name).map { word in
        let capitals = word.uppercased()
        if acronyms.contains(capitals) { return capitals }
        if capitals.last == "S", acronyms.contains(String(capitals.dropLast())), word.count > 2 {
            return capitals.dropLast() + "s"
        }
        return word.prefix(1).uppercased() + word.dropFirst()
    }.joined(separator: " ")
}

/// Splits where a capital follows a small letter, and before the last of several capitals: `HTTPGet`.
private func words(of name: String) -> [String] {
    let letters = Array(name.utf8)
    var words: [String] = []
    var start = 0
    for index in letters.indices.dropFirst() {
        let isPlural =
            index + 1 < letters.count && letters[index + 1] == UInt8(ascii: "s")
            && (index + 2 == letters.count || isCapital(letters[index + 2]))
        let beginsWord =
            isCapital(letters[index])
            && (!isCapital(letters[index - 1])
                || index + 1 < letters.count && !isCapital(letters[index + 1]) && !isPlural)
        guard beginsWord else { continue }
        words.append(String(decoding: letters[start..<index], as: UTF8.self))
        start = index
    }
    words.append(String(decoding: letters[start...], as: UTF8.self))
    return words
}

private let acronyms: Set<String> = [
    "API", "CA", "CIDR", "CPU", "CSI", "DNS", "FQDN", "FS", "GID", "GRPC", "HTTP", "HTTPS", "ID", "IP", "IPC",
    "JSON",
    "LUN", "NFS", "OS", "PID", "QOS", "RBAC", "SCSI", "TCP", "TLS", "TTL", "UDP", "UID", "URI", "URL", "UUID",
]

private func isLetter(_ byte: UInt8) -> Bool {
    isCapital(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

private func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
