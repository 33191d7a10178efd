internal import KubernetesCodec

extension ObjectTable {
    static let deployment = ObjectTable(
        [
            .name,
            .text("Ready") { readyText(of: $0.object) },
            .integer("Up-to-date", type: "string", at: "status", "updatedReplicas"),
            .integer("Available", type: "string", at: "status", "availableReplicas"),
            .age,
        ]
            + TableColumn.containers(in: "spec", "template")
            + [
                .text("Selector", priority: 1) {
                    labelSelectorText($0.object.given("spec", "selector"), none: "", invalid: "<invalid>")
                }
            ]
    )

    static let statefulSet = ObjectTable(
        [.name, .text("Ready") { readyText(of: $0.object) }, .age]
            + TableColumn.containers(in: "spec", "template")
    )

    static let replicaSet = ObjectTable(
        replicas + TableColumn.containers(in: "spec", "template") + [.selector(at: "spec", "selector")]
    )

    static let replicationController = ObjectTable(
        replicas
            + TableColumn.containers(in: "spec", "template")
            + [.text("Selector", priority: 1) { labelsText(controllerSelector(of: $0.object)) }]
    )

    static let daemonSet = ObjectTable(
        [
            .name,
            .integer("Desired", at: "status", "desiredNumberScheduled"),
            .integer("Current", at: "status", "currentNumberScheduled"),
            .integer("Ready", at: "status", "numberReady"),
            .integer("Up-to-date", at: "status", "updatedNumberScheduled"),
            .integer("Available", at: "status", "numberAvailable"),
            .text("Node Selector") {
                labelsText($0.object.given("spec", "template", "spec", "nodeSelector"))
            },
            .age,
        ]
            + TableColumn.containers(in: "spec", "template")
            + [.selector(at: "spec", "selector")]
    )
}

private let replicas: [TableColumn<Row>] = [
    .name,
    .integer("Desired") { desiredReplicas(of: $0.object) },
    .integer("Current", at: "status", "replicas"),
    .integer("Ready", at: "status", "readyReplicas"),
    .age,
]

private func readyText(of object: Value) -> String {
    "\(object.whole("status", "readyReplicas"))/\(desiredReplicas(of: object))"
}

/// One when the object does not say, as all these kinds mean it.
private func desiredReplicas(of object: Value) -> Int64 {
    object.given("spec", "replicas")?.integer ?? 1
}

/// A controller without a selector selects by the labels of its template.
private func controllerSelector(of controller: Value) -> Value? {
    controller.given("spec", "selector") ?? controller.given("spec", "template", "metadata", "labels")
}
