internal import KubernetesCodec

extension ObjectTable {
    static let flowSchema = ObjectTable([
        .name,
        .text("PriorityLevel", at: "spec", "priorityLevelConfiguration", "name"),
        .integer("MatchingPrecedence", type: "string", at: "spec", "matchingPrecedence"),
        .text("DistinguisherMethod", at: "spec", "distinguisherMethod", "type", or: "<none>"),
        .age,
        .text("MissingPL") {
            condition("Dangling", in: $0.object.list("status", "conditions"))?.text("status") ?? "?"
        },
    ])

    static let priorityLevelConfiguration = ObjectTable([
        .name,
        .text("Type", at: "spec", "type"),
        .limited("NominalConcurrencyShares") {
            // Named otherwise before flowcontrol v1beta3.
            $0.given("nominalConcurrencyShares") ?? $0.given("assuredConcurrencyShares")
        },
        .limited("Queues") { $0.given("limitResponse", "queuing", "queues") },
        .limited("HandSize") { $0.given("limitResponse", "queuing", "handSize") },
        .limited("QueueLengthLimit") { $0.given("limitResponse", "queuing", "queueLengthLimit") },
        .age,
    ])
}

extension TableColumn where Subject == Row {
    /// A number that only limited priority levels have.
    fileprivate static func limited(
        _ name: String,
        _ number: @escaping @Sendable (Value) -> Value?
    ) -> Self {
        TableColumn(name) {
            let limited = $0.object.given("spec", "limited")
            return (limited.flatMap(number)?.integer).map(Cell.integer) ?? .text("<none>")
        }
    }
}
