import KubernetesCodec
import KubernetesTables

/// Whether these are conditions, as objects report them: each with a type and a status.
func isConditions(_ elements: [Value]) -> Bool {
    elements.allSatisfy { element in
        element["type"]?.string != nil && element["status"]?.string != nil
            && element.members.allSatisfy { $0.value.kind != .object && $0.value.kind != .array }
    }
}

/// Conditions with what they say in columns; a column that all would leave empty is left out.
func conditionTable(_ conditions: [Value], at now: Int64) -> Block {
    let known: Set = ["type", "status", "reason", "message", "lastTransitionTime"]
    let others = Set(
        conditions.flatMap { condition in
            condition.members.filter { !$0.value.isNull && !known.contains($0.name) }.map(\.name)
        }
    ).sorted()
    var columns: [(heading: String, cell: (Value) -> String)] = [
        ("Type", { $0.text("type") }),
        ("Status", { $0.text("status") }),
        ("Reason", { $0.text("reason") }),
        ("Age", { age(of: $0["lastTransitionTime"], at: now) }),
    ]
    for name in others {
        let isTime = name.hasSuffix("Time")
        let heading = isTime ? fieldLabel(String(name.dropLast(4))) : fieldLabel(name)
        columns.append((heading, { isTime ? age(of: $0[name], at: now) : $0.text(name) }))
    }
    columns.append(("Message", { oneLine($0.text("message")) }))
    let rows = conditions.map { condition in columns.map { $0.cell(condition) } }
    let shown = columns.indices.filter { index in index < 2 || rows.contains { !$0[index].isEmpty } }
    return .table(shown.map { columns[$0].heading }, rows.map { row in shown.map { row[$0] } })
}

/// The age of a time; empty when there is none.
func age(of time: Value?, at now: Int64) -> String {
    guard let text = time?.string else { return "" }
    return ageText(ofTime: text, at: now) ?? text
}

/// A text on one line.
func oneLine(_ text: String) -> String {
    text.utf8.contains(0x0A) ? lines(of: text).filter { !$0.isEmpty }.joined(separator: " ") : text
}

/// How long before `now` a time was, as kubectl shows it; nil for what is not a time.
func ageText(ofTime text: String, at now: Int64) -> String? {
    guard let time = rfc3339Time(text) else { return nil }
    let seconds = now - time.seconds
    return seconds < -1 ? "in \(durationText(seconds: -seconds))" : durationText(seconds: seconds)
}
