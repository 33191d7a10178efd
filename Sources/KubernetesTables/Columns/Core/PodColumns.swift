internal import KubernetesCodec

extension ObjectTable {
    static let pod = ObjectTable(
        [
            .name,
            .text("Ready") { "\($0.readyCount)/\($0.containerCount)" },
            .text("Status") { $0.reason },
            .text("Restarts") { $0.restartText },
            .age,
            .text("IP", priority: 1) { firstAddress(of: $0.object) },
            .text("Node", priority: 1) { orNone($0.object.text("spec", "nodeName")) },
            .text("Nominated Node", priority: 1) { orNone($0.object.text("status", "nominatedNodeName")) },
            .text("Readiness Gates", priority: 1) { $0.readinessGateText },
        ],
        look: PodState.init
    )

    static let podTemplate = ObjectTable(
        [.name]
            + TableColumn.containers(priority: 0, in: "template")
            + [.text("Pod Labels") { labelsText($0.object.given("template", "metadata", "labels")) }]
    )
}

/// The first of a pod's addresses; older releases stored one alone.
private func firstAddress(of pod: Value) -> String {
    let addresses = pod.list("status", "podIPs")
    return orNone(addresses.first?.text("ip") ?? pod.text("status", "podIP"))
}

func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }
