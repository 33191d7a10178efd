internal import KubernetesCodec

extension ObjectTable {
    static let job = ObjectTable(
        [
            .name,
            .text("Status") { jobStatus(of: $0.object) },
            .text("Completions") { completions(of: $0.object) },
            .text("Duration") { jobDuration(of: $0.object, at: $0.now) },
            .age,
        ]
            + TableColumn.containers(in: "spec", "template")
            + [.selector(at: "spec", "selector")]
    )

    static let cronJob = ObjectTable(
        [
            .name,
            .text("Schedule", at: "spec", "schedule"),
            .text("Timezone", at: "spec", "timeZone", or: "<none>"),
            TableColumn("Suspend", type: "boolean") {
                .text($0.object.flag("spec", "suspend") ? "True" : "False")
            },
            .count("Active", at: "status", "active"),
            .text("Last Schedule") { row in
                row.object.given("status", "lastScheduleTime").map { ageText(of: $0, at: row.now) }
                    ?? "<none>"
            },
            .age,
        ]
            + TableColumn.containers(in: "spec", "jobTemplate", "spec", "template")
            + [.selector(at: "spec", "jobTemplate", "spec", "selector")]
    )
}

/// The first of these that holds, in this order.
private func jobStatus(of job: Value) -> String {
    let conditions = job.list("status", "conditions")
    for type in ["Complete", "Failed"] where isTrue(type, in: conditions) { return type }
    if job.given("metadata", "deletionTimestamp") != nil { return "Terminating" }
    for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where isTrue(type, in: conditions) {
        return type
    }
    return "Running"
}

private func completions(of job: Value) -> String {
    let succeeded = job.whole("status", "succeeded")
    if let wanted = job.given("spec", "completions")?.integer { return "\(succeeded)/\(wanted)" }
    let parallelism = job.whole("spec", "parallelism")
    return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
}

/// Until now, or until it was complete; empty before it began.
private func jobDuration(of job: Value, at now: Int64) -> String {
    guard let start = job.given("status", "startTime")?.string.flatMap(Timestamp.init(rfc3339:)) else {
        return ""
    }
    let end = job.given("status", "completionTime")?.string.flatMap(Timestamp.init(rfc3339:))
    return durationText(from: start, to: end ?? Timestamp(seconds: now))
}
