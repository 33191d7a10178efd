import TestSupport
import Testing

/// Objects of a live etcd, of which only what is asked for is read.
struct LiveRegistryTests {
    @Test func findsObjectsBelowARootThatIsNotLookedForByItsName() async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                let metadata = #"{"name":"a","namespace":"shop"}"#
                let map = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":\#(metadata)}"#
                try await etcd.etcdctl("put", "/clusters/blue/namespaces/default", "{}")
                try await etcd.etcdctl("put", "/clusters/blue/configmaps/shop/a", map)
                let source = ["-n", "shop", "--endpoints", etcd.endpoint]
                let found = try await RegistreeProgram.run(["get", "configmaps", "-o", "name"] + source)
                #expect(found.output == "configmap/a\n", "\(found.errors)")
                let described = try await RegistreeProgram.run(["describe", "configmap/a"] + source)
                #expect(described.exitCode == 0, "\(described.errors)")
                #expect(described.output.contains("/clusters/blue/configmaps/shop/a"))
                let prefix = ["--etcd-prefix", "/registry"]
                let none = try await RegistreeProgram.run(["get", "configmaps"] + prefix + source)
                #expect(none.output.isEmpty)
                #expect(none.errors == "No resources found in shop namespace.\n")
            }
        }
    }
}
