internal import KubernetesCodec

extension ObjectTable {
    /// Of every stored version: autoscaling/v1, v2beta1, v2beta2 and v2.
    static let horizontalPodAutoscaler = ObjectTable([
        .name,
        .text("Reference") {
            let target = $0.object.given("spec", "scaleTargetRef")
            return "\(target?.text("kind") ?? "")/\(target?.text("name") ?? "")"
        },
        .text("Targets") { targetsText(of: $0.object) },
        .text("MinPods") { String($0.object.given("spec", "minReplicas")?.integer ?? 1) },
        .integer("MaxPods", type: "string", at: "spec", "maxReplicas"),
        .integer("Replicas", type: "string", at: "status", "currentReplicas"),
        .age,
    ])
}

private func targetsText(of autoscaler: Value) -> String {
    let metrics = AutoscalerMetrics(of: autoscaler)
    let texts = metrics.specs.enumerated().map { index, spec in
        spec.text(current: metrics.statuses.count > index ? metrics.statuses[index] : nil)
    }
    return firstFew(texts, atMost: 2, separator: ", ", or: "<none>")
}
