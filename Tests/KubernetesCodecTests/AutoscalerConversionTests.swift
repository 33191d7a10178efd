import KubernetesCodec
import Testing

/// Autoscalers that were stored in an old version, and what an API server writes of them as `autoscaling/v2`.
struct AutoscalerConversionTests {
    private static let cpu = """
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
        """

    /// An autoscaler; fields stand beside its metadata, annotations in it.
    private static func autoscaler(
        _ version: String,
        _ fields: String,
        annotations: [(String, String)] = []
    ) throws -> Document {
        // JSON in a string of JSON.
        let texts = annotations.map { name, json in
            "\"\(name)\": \"\(json.replacing("\"", with: "\\\""))\""
        }
        let metadata = texts.isEmpty ? "" : ", \"annotations\": {\(texts.joined(separator: ", "))}"
        let json = """
            {"apiVersion": "autoscaling/\(version)", "kind": "HorizontalPodAutoscaler", \
            "metadata": {"name": "web"\(metadata)}, \(fields)}
            """
        return try Document(json: Array(json.utf8))
    }

    private func expect(
        _ old: Document,
        becomes new: Document,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var old = old
        try old.showInNewestVersion()
        try old.set("apiVersion", to: "autoscaling/v2")
        #expect(
            old.root.isSame(as: new.root),
            "\(ObjectDifference(from: old.root, to: new.root))",
            sourceLocation: sourceLocation
        )
    }

    private static let prefix = "autoscaling.alpha.kubernetes.io/"

    @Test func metricsInAnAnnotationComeBeforeTheShareOfCPU() throws {
        let metrics = """
            [{"type":"Resource","resource":{"name":"memory","targetAverageValue":"100Mi"}},\
            {"type":"Pods","pods":{"metricName":"rps","selector":{"matchLabels":{"a":"b"}},"targetAverageValue":"1k"}},\
            {"type":"Object","object":{"target":{"kind":"Ingress","name":"i","apiVersion":"networking.k8s.io/v1"},\
            "metricName":"hits","targetValue":"10"}},\
            {"type":"Object","object":{"target":{"kind":"Service","name":"s"},"metricName":"hits","targetValue":"0",\
            "averageValue":"5"}},\
            {"type":"External","external":{"metricName":"queue","metricSelector":{"matchLabels":{"q":"1"}},\
            "targetAverageValue":"30"}},\
            {"type":"External","external":{"metricName":"depth","targetValue":"7"}},\
            {"type":"ContainerResource","containerResource":{"name":"cpu","container":"app",\
            "targetAverageUtilization":60}}]
            """
        try self.expect(
            Self.autoscaler(
                "v1",
                #""spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 70}"#,
                annotations: [(Self.prefix + "metrics", metrics), ("own", "kept")]
            ),
            becomes: Self.autoscaler(
                "v2",
                """
                "spec": {"maxReplicas": 3, "metrics": [
                {"type": "Resource", "resource": {"name": "memory", "target":
                 {"type": "AverageValue", "averageValue": "100Mi"}}},
                {"type": "Pods", "pods": {"metric": {"name": "rps", "selector": {"matchLabels": {"a": "b"}}},
                 "target": {"type": "AverageValue", "averageValue": "1k"}}},
                {"type": "Object", "object": {"describedObject":
                 {"kind": "Ingress", "name": "i", "apiVersion": "networking.k8s.io/v1"},
                 "metric": {"name": "hits"}, "target": {"type": "Value", "value": "10"}}},
                {"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "s"},
                 "metric": {"name": "hits"}, "target": {"type": "AverageValue", "value": "0", "averageValue": "5"}}},
                {"type": "External", "external": {"metric": {"name": "queue",
                 "selector": {"matchLabels": {"q": "1"}}}, "target": {"type": "AverageValue", "averageValue": "30"}}},
                {"type": "External", "external": {"metric": {"name": "depth"},
                 "target": {"type": "Value", "value": "7"}}},
                {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app",
                 "target": {"type": "Utilization", "averageUtilization": 60}}},
                \(Self.cpu)]}
                """,
                annotations: [("own", "kept")]
            )
        )
    }

    /// The annotation is one that an OpenShift cluster shows.
    @Test(arguments: ["v1", "v2beta1"])
    func behaviorComesFromAnAnnotation(version: String) throws {
        let behavior = """
            {"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":\
            [{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],\
            "Tolerance":null},\
            "ScaleDown":{"StabilizationWindowSeconds":300,"SelectPolicy":"Min","Policies":\
            [{"Type":"Pods","Value":4,"PeriodSeconds":60}]}}
            """
        let share =
            version == "v1"
            ? #""targetCPUUtilizationPercentage": 70"#
            : #""metrics": [{"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 70}}]"#
        try self.expect(
            Self.autoscaler(
                version,
                #""spec": {"maxReplicas": 3, \#(share)}"#,
                annotations: [(Self.prefix + "behavior", behavior)]
            ),
            becomes: Self.autoscaler(
                "v2",
                """
                "spec": {"maxReplicas": 3, "metrics": [\(Self.cpu)], "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies":
                 [{"type": "Pods", "value": 4, "periodSeconds": 15},
                 {"type": "Percent", "value": 100, "periodSeconds": 15}]},
                "scaleDown": {"stabilizationWindowSeconds": 300, "selectPolicy": "Min", "policies":
                 [{"type": "Pods", "value": 4, "periodSeconds": 60}]}}}
                """
            )
        )
    }

    @Test func whatV1MeasuredComesFromAnnotations() throws {
        let current = """
            [{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":12,"currentAverageValue":"24m"}},\
            {"type":"External","external":{"metricName":"queue","currentValue":"0","currentAverageValue":"3"}}]
            """
        let conditions = #"[{"type":"AbleToScale","status":"True","reason":"Ready"}]"#
        try self.expect(
            Self.autoscaler(
                "v1",
                """
                "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 70},
                "status": {"currentReplicas": 2, "desiredReplicas": 2, "currentCPUUtilizationPercentage": 12}
                """,
                annotations: [
                    (Self.prefix + "current-metrics", current), (Self.prefix + "conditions", conditions),
                ]
            ),
            becomes: Self.autoscaler(
                "v2",
                """
                "spec": {"maxReplicas": 3, "metrics": [\(Self.cpu)]},
                "status": {"currentReplicas": 2, "desiredReplicas": 2,
                "conditions": [{"type": "AbleToScale", "status": "True", "reason": "Ready"}],
                "currentMetrics": [
                {"type": "Resource", "resource": {"name": "cpu", "current":
                 {"averageUtilization": 12, "averageValue": "24m"}}},
                {"type": "External", "external": {"metric": {"name": "queue"},
                 "current": {"value": "0", "averageValue": "3"}}}]}
                """
            )
        )
    }

    @Test func theNumberOfV1IsAMetricWhereNoAnnotationSaysMore() throws {
        try self.expect(
            Self.autoscaler(
                "v1",
                """
                "spec": {"maxReplicas": 3},
                "status": {"currentReplicas": 0, "desiredReplicas": 2, "currentCPUUtilizationPercentage": 12}
                """,
                annotations: [(Self.prefix + "metrics", "no JSON"), (Self.prefix + "behavior", "[]")]
            ),
            becomes: Self.autoscaler(
                "v2",
                """
                "spec": {"maxReplicas": 3, "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": 80}}}]},
                "status": {"desiredReplicas": 2, "currentMetrics":
                [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 12}}}]}
                """
            )
        )
    }

    @Test func whatV2beta1MeasuredTakesTheFormOfV2() throws {
        try self.expect(
            Self.autoscaler(
                "v2beta1",
                """
                "spec": {"maxReplicas": 3, "metrics": []}, "status": {"desiredReplicas": 2, "conditions": null,
                "currentMetrics": [
                {"type": "Object", "object": {"target": {"kind": "Service", "name": "s"}, "metricName": "hits",
                 "currentValue": "9", "averageValue": "3", "selector": {"matchLabels": {"a": "b"}}}},
                {"type": "Pods", "pods": {"metricName": "rps", "currentAverageValue": "4"}},
                {"type": "Resource", "resource": {"name": "cpu", "currentAverageUtilization": 5}}]}
                """
            ),
            becomes: Self.autoscaler(
                "v2",
                """
                "spec": {"maxReplicas": 3, "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": 80}}}]}, "status": {"desiredReplicas": 2,
                "currentMetrics": [
                {"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "s"},
                 "metric": {"name": "hits", "selector": {"matchLabels": {"a": "b"}}},
                 "current": {"value": "9", "averageValue": "3"}}},
                {"type": "Pods", "pods": {"metric": {"name": "rps"}, "current": {"averageValue": "4"}}},
                {"type": "Resource", "resource": {"name": "cpu",
                 "current": {"averageValue": "0", "averageUtilization": 5}}}]}
                """
            )
        )
    }

    @Test func v2beta2HasTheFieldsOfV2() throws {
        let fields = """
            "spec": {"maxReplicas": 3, "metrics": [\(Self.cpu)], "behavior": {"scaleUp": {"selectPolicy": "Max"}}},
            "status": {"desiredReplicas": 2, "currentMetrics": [{"type": "Resource", "resource":
            {"name": "cpu", "current": {"averageUtilization": 12}}}]}
            """
        let annotations = [(Self.prefix + "metrics", "[]"), (Self.prefix + "behavior", "{}")]
        try self.expect(
            Self.autoscaler("v2beta2", fields, annotations: annotations),
            becomes: Self.autoscaler("v2", fields)
        )
    }
}
