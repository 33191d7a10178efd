import EtcdStorage
import Foundation
import KubernetesCodec
import KubernetesRegistry
import Operations
import SystemPackage
import TestSupport
import Testing

/// The same objects, written anew in another form, are no difference.
struct RewrittenDifferenceTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    /// The keys of what differs when everything is compared that can be.
    private func differences(
        _ old: ChangedStore,
        _ new: ChangedStore,
        _ decryption: Decryption? = nil
    ) async throws -> [String] {
        try await withTemporaryDirectory { directory in
            var request = DifferenceRequest()
            request.included = Set(DifferencePart.allCases).subtracting([.resourceVersion])
            request.decryption = decryption
            let difference = try RegistryDifference(
                from: old.registry(at: directory.appending("old.db").string),
                to: new.registry(at: directory.appending("new.db").string),
                request
            )
            var found: [String] = []
            _ = try await difference.forEach(startingWith: [String]()) { made, change in
                made.append(change.resource.key(namespace: change.namespace, name: change.name))
            } take: { made in
                found += made
            }
            return found
        }
    }

    @Test(arguments: [Encoding.protobuf, .json, .cbor])
    func anotherEncodingIsNoDifference(encoding: Encoding) async throws {
        let store = try ChangedStore(Self.cluster)
        var rewritten = store
        var count = 0
        for index in store.pairs.indices {
            let value = store.pairs[index].value
            var decoder = ObjectDecoder()
            guard let form = try? decoder.decode(value.span.bytes, in: 0..<value.count),
                form.encoding != encoding,
                let bytes = try? ObjectEncoder.encode(decoder.document, as: encoding)
            else { continue }
            rewritten.pairs[index].value = bytes
            count += 1
        }
        #expect(count > (encoding == .protobuf ? 5 : 50))
        #expect(try await self.differences(store, rewritten) == [])
        #expect(try await self.differences(rewritten, store) == [])
    }

    @Test(arguments: ["aescbc", "secretbox"])
    func anotherEncryptionIsNoDifference(provider: String) async throws {
        let store = try ChangedStore(Repository.fixture("encrypted/\(provider)/snapshot.db").string)
        let path = Repository.fixture("encrypted/\(provider)/encryption-configuration.yaml").string
        let decryption = try Decryption(configurationFile: path)
        var opened = store
        var count = 0
        for (index, pair) in store.pairs.enumerated() where EncryptedValue(pair.value.span.bytes) != nil {
            let resource = Resource(ofKey: pair.key)
            opened.pairs[index].value = try decryption.open(
                pair.value.span.bytes,
                etcdKey: Array(pair.key.utf8),
                resource: resource?.plural ?? "",
                group: resource?.group ?? ""
            )
            count += 1
        }
        #expect(count > 3)
        #expect(try await self.differences(store, opened, decryption) == [])
        let closed = try await self.differences(store, opened)
        #expect(closed.count == count)
    }

    @Test func anotherStoredVersionIsNoDifference() async throws {
        func store(_ resource: String, _ version: String, _ kind: String, _ fields: String) throws
            -> ChangedStore
        {
            var store = try ChangedStore(Self.cluster)
            let json = """
                {"apiVersion": "\(version)", "kind": "\(kind)", "metadata": {"name": "c", "namespace": "shop"}\(fields)}
                """
            store.pairs.append(("/registry/\(resource)/shop/c", Array(json.utf8)))
            return store
        }
        let versions = [
            ("cronjobs", "CronJob", "batch/v1beta1", "", "batch/v1", ""),
            (
                "ingress", "Ingress", "networking.k8s.io/v1beta1",
                #", "spec": {"backend": {"serviceName": "d", "servicePort": "http"}, "rules": [{"http": {"paths": [{"path": "/", "backend": {"serviceName": "s", "servicePort": 80}}]}}]}"#,
                "networking.k8s.io/v1",
                #", "spec": {"defaultBackend": {"service": {"name": "d", "port": {"name": "http"}}}, "rules": [{"http": {"paths": [{"path": "/", "pathType": "ImplementationSpecific", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}"#
            ),
            (
                "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling/v1",
                #", "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 70}"#,
                "autoscaling/v2",
                #", "spec": {"maxReplicas": 3, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#
            ),
            (
                "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling/v2beta1",
                #", "spec": {"maxReplicas": 3, "metrics": [{"type": "Pods", "pods": {"metricName": "rps", "targetAverageValue": "1k"}}]}"#,
                "autoscaling/v2",
                #", "spec": {"maxReplicas": 3, "metrics": [{"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "1k"}}}]}"#
            ),
            (
                "endpointslices", "EndpointSlice", "discovery.k8s.io/v1beta1",
                #", "endpoints": [{"addresses": ["10.0.0.1"], "topology": {"kubernetes.io/hostname": "n", "topology.kubernetes.io/zone": "z"}}]"#,
                "discovery.k8s.io/v1",
                #", "endpoints": [{"addresses": ["10.0.0.1"], "nodeName": "n", "zone": "z"}]"#
            ),
        ]
        for (resource, kind, oldVersion, old, newVersion, new) in versions {
            let one = try store(resource, oldVersion, kind, old)
            let other = try store(resource, newVersion, kind, new)
            #expect(try await self.differences(one, other) == [], "\(kind)")
            #expect(try await self.differences(other, one) == [], "\(kind)")
            #expect(
                try await self.differences(one, ChangedStore(Self.cluster)) == [
                    "/registry/\(resource)/shop/c"
                ]
            )
        }
    }
}
