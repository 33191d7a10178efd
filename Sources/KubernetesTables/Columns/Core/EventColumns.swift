internal import KubernetesCodec

extension ObjectTable {
    /// Events are stored as core/v1; some clusters hold the newer names of `events.k8s.io`.
    static let event = ObjectTable([
        .text("Last Seen") { lastSeen($0.object, at: $0.now) },
        .text("Type", at: "type"),
        .text("Reason", at: "reason"),
        .text("Object") { targetText(regarding($0.object)) },
        .text("Subobject", priority: 1) { regarding($0.object)?.text("fieldPath") ?? "" },
        .text("Source", priority: 1) { eventSource(of: $0.object) },
        .text("Message") { trimmed(eventMessage(of: $0.object)) },
        .text("First Seen", priority: 1) { firstSeen($0.object, at: $0.now) },
        TableColumn("Count", priority: 1) { .integer(eventCount(of: $0.object)) },
        TableColumn("Name", format: "name", priority: 1) { .text($0.object.text("metadata", "name")) },
    ])
}

private func regarding(_ event: Value) -> Value? {
    event.given("involvedObject") ?? event.given("regarding")
}

private func targetText(_ target: Value?) -> String {
    let kind = target?.text("kind").lowercased() ?? ""
    let name = target?.text("name") ?? ""
    return name.isEmpty ? kind : "\(kind)/\(name)"
}

private func firstSeen(_ event: Value, at now: Int64) -> String {
    let first = event.given("firstTimestamp") ?? event.given("deprecatedFirstTimestamp")
    return ageText(of: first ?? event.given("eventTime"), at: now)
}

private func lastSeen(_ event: Value, at now: Int64) -> String {
    if let series = event.given("series") { return ageText(of: series.given("lastObservedTime"), at: now) }
    guard let last = event.given("lastTimestamp") ?? event.given("deprecatedLastTimestamp") else {
        return firstSeen(event, at: now)
    }
    return ageText(of: last, at: now)
}

private func eventCount(of event: Value) -> Int64 {
    if let series = event.given("series") { return series.whole("count") }
    let count = (event.given("count") ?? event.given("deprecatedCount"))?.integer ?? 0
    // Events of the newer interface that happened once have no count.
    return count == 0 ? 1 : count
}

/// `component, instance`, or the component alone.
private func eventSource(of event: Value) -> String {
    let source = event.given("source") ?? event.given("deprecatedSource")
    let component = firstNonEmpty([
        source?.text("component"), event.text("reportingComponent"), event.text("reportingController"),
    ])
    let instance = firstNonEmpty([source?.text("host"), event.text("reportingInstance")])
    return instance.isEmpty ? component : "\(component), \(instance)"
}

private func firstNonEmpty(_ texts: [String?]) -> String {
    texts.compactMap(\.self).first { !$0.isEmpty } ?? ""
}

private func eventMessage(of event: Value) -> String {
    event.given("message")?.string ?? event.text("note")
}

private func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let start = scalars.drop(while: \.properties.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(start[...last])
}
