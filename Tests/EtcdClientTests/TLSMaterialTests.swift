import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdClient

/// What is said of the files of --cacert, --cert and --key.
struct TLSMaterialTests {
    @Test func tellsWhatIsWrongWithAFile() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await Certificates.make(in: directory)
            let more = try await MoreCertificates.make(beside: certificates, in: directory)
            let (client, server) = (certificates.client, certificates.server)
            let nothing = directory.appending("missing.pem").string
            let text = directory.appending("text.pem").string
            try "not PEM\n".write(toFile: text, atomically: false, encoding: .utf8)
            let secret = directory.appending("secret.pem").string
            try Data(count: 2 << 20).write(to: URL(filePath: secret))

            let cases: [(ConnectionOptions, EtcdClientError.Reason)] = [
                (
                    options(ca: nothing),
                    .fileUnusable(TLSFile(.authority, path: nothing), why: "no such file")
                ),
                (
                    options(ca: directory.string),
                    .fileUnusable(
                        TLSFile(.authority, path: directory.string),
                        why: "is a directory, not a file"
                    )
                ),
                (options(ca: text), .notPEM(TLSFile(.authority, path: text))),
                (
                    options(ca: "/dev/null"),
                    .fileUnusable(TLSFile(.authority, path: "/dev/null"), why: "is a device, not a file")
                ),
                (
                    options(ca: secret),
                    .fileUnusable(TLSFile(.authority, path: secret), why: "larger than 1 MiB")
                ),
                (options(client.certificate.string, text), .notPEM(TLSFile(.key, path: text))),
                (
                    options(client.key.string, client.key.string),
                    .notPEM(TLSFile(.certificate, path: client.key.string))
                ),
                (
                    options(client.certificate.string, more.encryptedKey.string),
                    .keyEncrypted(TLSFile(.key, path: more.encryptedKey.string))
                ),
                (
                    options(client.certificate.string, server.key.string),
                    .keyDoesNotMatch(
                        certificate: TLSFile(.certificate, path: client.certificate.string),
                        key: TLSFile(.key, path: server.key.string)
                    )
                ),
                (options(client.certificate.string, nil), .incompletePair(missing: .key)),
                (options(nil, client.key.string), .incompletePair(missing: .certificate)),
            ]
            for (options, reason) in cases {
                #expect(await failure(local(1, tls: true), options) == reason)
            }
            let good = options(client.certificate.string, client.key.string)
            #expect(await failure(local(Int(Ports.free()), tls: true), good) == .connectionRefused)
        }
    }

    @Test func saysWhenAFileMayNotBeRead() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("ca.pem").string
            _ = FileManager.default.createFile(
                atPath: file,
                contents: Data(),
                attributes: [.posixPermissions: 0]
            )
            let reason = await failure(local(1, tls: true), options(ca: file))
            // The superuser reads it all the same, and finds nothing.
            let denied = EtcdClientError.Reason.fileUnusable(
                TLSFile(.authority, path: file),
                why: "cannot be read: Permission denied"
            )
            #expect(reason == denied || reason == .notPEM(TLSFile(.authority, path: file)))
        }
    }
}

private func options(ca: String) -> ConnectionOptions { patient(caCertificateFile: ca) }

private func options(_ certificate: String?, _ key: String?) -> ConnectionOptions {
    patient(certificateFile: certificate, keyFile: key)
}
