/// kubeadm's manifest of the etcd that the kubelet starts.
enum StaticPod {
    static let path = "/etc/kubernetes/manifests/etcd.yaml"

    /// The words of its command: kubeadm writes each flag as a list item of its own.
    static func words(in manifest: String) -> [String] {
        manifest.split(whereSeparator: \.isNewline).compactMap { line in
            let item = line.trimmingPrefix(while: \.isWhitespace)
            guard item.hasPrefix("- ") else { return nil }
            let word = item.dropFirst(2).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return unquoted(word)
        }
    }
}

/// Without the quotation marks that enclose all of it.
func unquoted(_ text: String) -> String {
    guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
        return text
    }
    return String(text.dropFirst().dropLast())
}
