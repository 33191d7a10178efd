internal import KubernetesCodec

/// The labels at a path as `a=b,c=d`, in order of these texts; `<none>` when there are none.
///
/// Source: kubernetes/apimachinery `pkg/labels/labels.go`, FormatLabels.
func labelsText(_ labels: Value?) -> String {
    let members = labels?.members ?? []
    guard !members.isEmpty else { return "<none>" }
    let texts = members.map { "\($0.name)=\($0.value.scalarText ?? "")" }
    return texts.sortedByBytes().joined(separator: ",")
}

/// The first few of a list, and how many more there are: `a,b,c + 2 more...`.
func firstFew(
    _ all: [String],
    atMost limit: Int = 3,
    separator: String = ",",
    or empty: String
) -> String {
    let shown = all.prefix(limit).joined(separator: separator)
    guard all.count > limit else { return shown.isEmpty ? empty : shown }
    return "\(shown) + \(all.count - limit) more..."
}

/// The addresses of a load balancer, in order and each once: those of Services and of Ingresses.
func loadBalancerText(_ status: Value?) -> String {
    let ingress = status?.list("ingress") ?? []
    let addresses = ingress.map { $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip") }
    return Set(addresses.filter { !$0.isEmpty }).sortedByBytes().joined(separator: ",")
}

extension Sequence<String> {
    /// In order of the bytes in UTF-8, as Go sorts strings.
    func sortedByBytes() -> [String] {
        self.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// The condition of that type.
func condition(_ type: String, in conditions: [Value]) -> Value? {
    conditions.first { $0["type"]?.string == type }
}

/// Whether the first condition of that type has the status `True`.
func isTrue(_ type: String, in conditions: [Value]) -> Bool {
    condition(type, in: conditions)?["status"]?.string == "True"
}
