import EtcdStorage
import KubernetesCodec
import KubernetesRegistry

/// What etcd says of an object, and how its value is kept.
struct StorageDetails {
    private let description: ObjectDescription
    private let hasConfiguration: Bool

    init(_ description: ObjectDescription, hasConfiguration: Bool) {
        self.description = description
        self.hasConfiguration = hasConfiguration
    }

    var block: Block {
        let metadata = self.description.read.metadata
        var fields: [Block?] = [
            .field("Key", terminalText(self.description.key)),
            .field("Created", "revision \(metadata.createRevision)"),
            .field("Changed", "revision \(metadata.modRevision)"),
            .field("Version", versionText(metadata.version)),
            self.lease(metadata.lease),
            .field("Size", self.size(self.description.read.valueByteCount)),
        ]
        fields += self.form
        return .section("Stored In etcd", fields.compactMap { $0 })
    }

    private func lease(_ id: Int64) -> Block? {
        guard id != 0 else { return nil }
        var text = String(UInt64(bitPattern: id), radix: 16)
        if let lease = self.description.lease {
            text += ", granted for \(lease.ttl)s"
            if lease.remainingTTL > 0 { text += ", \(lease.remainingTTL)s left at its last checkpoint" }
        }
        return .field("Lease", text)
    }

    private func size(_ byteCount: Int) -> String {
        let count = UInt64(byteCount)
        return byteCount < 1000 ? humanByteCount(count) : "\(humanByteCount(count)) (\(byteCount) bytes)"
    }

    /// How the value is written.
    private var form: [Block?] {
        let read = self.description.read
        var fields: [Block?] = []
        if let form = read.form {
            fields.append(.field("Encoding", encodingName(form.encoding)))
            let shown = self.description.object.text("apiVersion")
            if !form.apiVersion.isEmpty, form.apiVersion != shown {
                fields.append(.field("Stored As", form.apiVersion))
            }
            if form.unknownFieldCount > 0 {
                let text = "\(form.unknownFieldCount), of a newer release than is known here, and not shown"
                fields.append(.field("Unknown Fields", text))
            }
            if !form.isKnownKind {
                fields.append(.field("Unknown Kind", "its fields are shown by their numbers"))
            }
        }
        fields.append(.field("Encryption", read.encryption.map { "\($0)" } ?? "plain, not encrypted"))
        if let problem = read.problem, read.encryption != nil {
            let advice = self.hasConfiguration ? "\(problem)" : "open it with --encryption-config FILE"
            fields.append(.field("Content", "not readable: \(advice)"))
        }
        return fields
    }
}

private func encodingName(_ encoding: Encoding) -> String {
    switch encoding {
    case .protobuf: "protobuf"
    case .json: "JSON"
    case .cbor: "CBOR"
    case .encrypted, .other: encoding.rawValue
    }
}

/// The version, which counts from 1, and how many changes that makes; of a damaged one the number alone.
private func versionText(_ version: Int64) -> String {
    switch version {
    case 1: "1 (never changed)"
    case 2: "2 (changed once)"
    case 3...: "\(version) (changed \(version - 1) times)"
    default: "\(version)"
    }
}
