import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// The etcd of a control plane is found by its own configuration.
struct LocalEtcdTests {
    @Test func findsNothingWhereThereIsNone() throws {
        try withRoot([:]) { root in
            let found = try LocalEtcd.find(root: root)
            #expect(found == nil)
        }
    }

    @Test func readsTheStaticPodOfKubeadm() throws {
        let files = [
            "/etc/kubernetes/manifests/etcd.yaml": Self.manifest,
            "/etc/kubernetes/pki/etcd/healthcheck-client.crt": "",
            "/etc/kubernetes/pki/etcd/healthcheck-client.key": "",
        ]
        try withRoot(files) { root in
            let found = try #require(try LocalEtcd.find(root: root))
            #expect(found.configuration == root + "/etc/kubernetes/manifests/etcd.yaml")
            #expect(found.endpoints == ["https://127.0.0.1:2379", "https://192.168.1.10:2379"])
            #expect(found.caCertificateFile == root + "/etc/kubernetes/pki/etcd/ca.crt")
            #expect(found.certificateFile == root + "/etc/kubernetes/pki/etcd/healthcheck-client.crt")
            #expect(found.keyFile == root + "/etc/kubernetes/pki/etcd/healthcheck-client.key")
        }
    }

    @Test func usesTheServersOwnPairWithoutOneForClients() throws {
        try withRoot(["/etc/kubernetes/manifests/etcd.yaml": Self.manifest]) { root in
            let found = try #require(try LocalEtcd.find(root: root))
            #expect(found.certificateFile == root + "/etc/kubernetes/pki/etcd/server.crt")
            #expect(found.keyFile == root + "/etc/kubernetes/pki/etcd/server.key")
        }
    }

    @Test func readsAUnitAndItsFileOfVariables() throws {
        let files = [
            "/etc/systemd/system/etcd.service": """
            [Service]
            # ETCD_LISTEN_CLIENT_URLS=http://comment:1
            Environment="ETCD_NAME=a b" ETCD_CERT_FILE=/overridden
            EnvironmentFile=-/etc/default/%p
            EnvironmentFile=-/etc/missing
            ExecStart=/usr/bin/etcd $DAEMON_ARGS \\
              --trusted-ca-file /pki/ca.pem
            """,
            "/etc/default/etcd": """
            # comment
            ETCD_LISTEN_CLIENT_URLS="https://10.0.0.5:2379,https://0.0.0.0:2380"
            ETCD_CERT_FILE=/pki/server.pem
            ETCD_KEY_FILE=/pki/server-key.pem
            ETCD_TRUSTED_CA_FILE=/pki/overridden.pem
            """,
        ]
        try withRoot(files) { root in
            let found = try #require(try LocalEtcd.find(root: root))
            #expect(found.configuration == root + "/etc/systemd/system/etcd.service")
            #expect(found.endpoints == ["https://127.0.0.1:2380", "https://10.0.0.5:2379"])
            #expect(found.caCertificateFile == root + "/pki/ca.pem")
            #expect(found.certificateFile == root + "/pki/server.pem")
            #expect(found.keyFile == root + "/pki/server-key.pem")
        }
    }

    @Test func takesEtcdsDefaultFromAUnitThatSaysNothing() throws {
        let unit = "[Service]\nExecStart=/usr/bin/etcd\n"
        try withRoot(["/lib/systemd/system/etcd.service": unit]) { root in
            let found = try #require(try LocalEtcd.find(root: root))
            #expect(found.endpoints == ["http://127.0.0.1:2379"])
            #expect(found.certificateFile == nil)
        }
    }

    @Test func giveNoCertificatesToAPlainServer() throws {
        let manifest = Self.manifest.replacing("https:", with: "http:")
        try withRoot(["/etc/kubernetes/manifests/etcd.yaml": manifest]) { root in
            let found = try #require(try LocalEtcd.find(root: root))
            #expect(found.endpoints == ["http://127.0.0.1:2379", "http://192.168.1.10:2379"])
            #expect(found.certificateFile == nil)
            #expect(found.caCertificateFile == nil)
        }
    }

    private static let manifest = """
        apiVersion: v1
        kind: Pod
        spec:
          containers:
          - command:
            - etcd
            - --advertise-client-urls=https://192.168.1.10:2379
            - --cert-file=/etc/kubernetes/pki/etcd/server.crt
            - --client-cert-auth=true
            - --key-file=/etc/kubernetes/pki/etcd/server.key
            - "--listen-client-urls=https://192.168.1.10:2379,https://127.0.0.1:2379"
            - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
            image: registry.k8s.io/etcd:3.6.4-0
        """
}

/// Runs `body` with a directory that holds the given files.
private func withRoot(_ files: [String: String], _ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { root in
        for (path, text) in files {
            let url = URL(fileURLWithPath: root.string + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
        try body(root.string)
    }
}
