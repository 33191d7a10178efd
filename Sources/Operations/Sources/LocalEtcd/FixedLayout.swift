/// A distribution that starts etcd from its own program, with nothing written down but the certificates.
struct FixedLayout {
    /// Where it listens.
    var endpoint: String
    var caCertificateFile: String
    var certificateFile: String
    var keyFile: String

    /// k0s and MicroShift.
    ///
    /// Source: k0sproject/k0s `pkg/component/controller/etcd.go`; openshift/microshift
    /// `pkg/util/cryptomaterial/certpaths.go`.
    static let all = [
        FixedLayout(
            endpoint: "https://127.0.0.1:2379",
            caCertificateFile: "/var/lib/k0s/pki/etcd/ca.crt",
            certificateFile: "/var/lib/k0s/pki/apiserver-etcd-client.crt",
            keyFile: "/var/lib/k0s/pki/apiserver-etcd-client.key"
        ),
        FixedLayout(
            endpoint: "https://localhost:2379",
            caCertificateFile: "/var/lib/microshift/certs/etcd-signer/ca.crt",
            certificateFile: "/var/lib/microshift/certs/etcd-signer/apiserver-etcd-client/client.crt",
            keyFile: "/var/lib/microshift/certs/etcd-signer/apiserver-etcd-client/client.key"
        ),
    ]
}
