import KubernetesCodec
import KubernetesRegistry

/// Who wrote which part of the object, and when: a line each.
func managerBlocks(_ managers: [Value], _ generic: GenericFields) -> [Block] {
    let rows = managers.map { manager in
        let part = manager.text("subresource")
        return [
            orNone(manager.text("manager")),
            manager.text("operation") + (part.isEmpty ? "" : " of \(part)"),
            manager.text("apiVersion"),
            generic.momentText(manager.text("time")),
        ]
    }
    return Block.table("Managed By", ["Manager", "Operation", "Version", "Time"], rows).map { [$0] } ?? []
}

/// The owners, each with its own owners below it.
func ownerBlocks(_ owners: [OwnerLink]) -> [Block] {
    guard !owners.isEmpty else { return [] }
    let lines = owners.map { owner in
        let reference = owner.reference
        let version = reference.apiVersion.isEmpty ? "" : " (\(reference.apiVersion))"
        var notes = reference.isController ? ["controller"] : []
        if reference.blocksDeletion { notes.append("blocks its deletion") }
        notes += [ownerNote(owner.state)].compactMap { $0 }
        if owner.state != .present { notes.append("UID \(orNone(reference.uid))") }
        let note = notes.isEmpty ? "" : ": " + notes.joined(separator: ", ")
        let lead = owner.depth == 0 ? "" : String(repeating: "  ", count: owner.depth) + "owned by "
        return Block.line("\(lead)\(reference.kind)/\(reference.name)\(version)\(note)")
    }
    return [.section("Owners", lines)]
}

private func ownerNote(_ state: OwnerLink.State) -> String? {
    switch state {
    case .present: nil
    case .absent: "not in this source"
    case .replaced: "not in this source, which has another object of that name"
    case .unreadable: "in this source, but not readable"
    case .unknownKind: "not in this source, nor its kind"
    case .cyclic: "owned by the above"
    }
}

/// What the object owns, by kind.
func ownedBlocks(_ owned: [OwnedObjects]) -> [Block] {
    guard !owned.isEmpty else { return [] }
    let blocks = owned.map { objects in
        let kind = objects.resource.kind.isEmpty ? objects.resource.plural : objects.resource.kind
        var names = objects.names
        if objects.count > names.count { names.append("and \(objects.count - names.count) more") }
        return Block.field("\(kind) (\(objects.count))", names)
    }
    return [.section("Owned Objects", blocks)]
}

/// What happened to the object, newest last.
func eventBlocks(_ description: ObjectDescription, at now: Int64) -> [Block] {
    let rows = description.events.map { event in
        [
            event.text("type"), event.text("reason"), eventAge(of: event, at: now), eventSource(of: event),
            oneLine(event.text("message").isEmpty ? event.text("note") : event.text("message")),
        ]
    }
    guard !rows.isEmpty else { return [.field("Events", "<none>")] }
    var blocks: [Block] = [.table(["Type", "Reason", "Age", "From", "Message"], rows)]
    if description.eventCount > rows.count {
        blocks.insert(.line("the newest \(rows.count) of \(description.eventCount)"), at: 0)
    }
    return [.section("Events", blocks)]
}

/// `54m`, or `2m (x5 over 10m)` for what happened several times.
///
/// Source: kubernetes/kubectl `pkg/describe/describe.go`, DescribeEvents.
private func eventAge(of event: Value, at now: Int64) -> String {
    let first = eventTime(event, ["firstTimestamp", "deprecatedFirstTimestamp", "eventTime"], at: now)
    if let series = event.given("series") {
        let last = age(of: series["lastObservedTime"], at: now)
        return "\(last) (x\(series.whole("count")) over \(first))"
    }
    let count = event.whole("count") + event.whole("deprecatedCount")
    guard count > 1 else { return first }
    let last = eventTime(event, ["lastTimestamp", "deprecatedLastTimestamp"], at: now)
    return "\(last) (x\(count) over \(first))"
}

private func eventTime(_ event: Value, _ names: [String], at now: Int64) -> String {
    names.lazy.map { age(of: event[$0], at: now) }.first { !$0.isEmpty } ?? "<unknown>"
}

private func eventSource(of event: Value) -> String {
    let names = [
        event.text("source", "component"), event.text("deprecatedSource", "component"),
        event.text("reportingComponent"), event.text("reportingController"),
    ]
    return names.first { !$0.isEmpty } ?? ""
}
