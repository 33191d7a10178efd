import Presentation

@testable import EtcdStorage
@testable import KubernetesCodec
@testable import KubernetesRegistry

/// Descriptions of objects that tests write as JSON.
enum Described {
    /// 2026-11-22T14:00:00Z.
    static let now: Int64 = 1_795_356_000

    /// An object that was created at revision 5, changed at 9, and has version 3 and lease 0x1f.
    static func object(_ json: String) throws -> ObjectDescription {
        var read = ReadObject(
            metadata: KeyMetadata(createRevision: 5, modRevision: 9, version: 3, lease: 0x1F),
            valueByteCount: 2
        )
        read.form = DecodedForm(encoding: .json)
        let root = try Document(json: Array(json.utf8)).root
        return ObjectDescription(
            object: root,
            resource: nil,
            name: "named-by-key",
            key: Array("/registry/things/x/a".utf8),
            read: read
        )
    }

    static func text(_ json: String, width: Int? = nil) throws -> String {
        try self.text(self.object(json), width: width)
    }

    static func text(_ description: ObjectDescription, width: Int? = nil) -> String {
        DescriptionText(now: self.now, width: width, hasConfiguration: false).text(of: description)
    }

    /// The lines between the one that is `first` and the next that is not indented.
    static func section(_ first: String, of text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array(lines.drop { $0 != first }.dropFirst().prefix { $0.hasPrefix(" ") })
    }
}
