/// An object of a list: who it is and which revision it is of.
public struct ListedObject: Hashable, Sendable {
    /// "" in cluster scope.
    public var namespace: String
    public var name: String
    /// The mod revision of its key in etcd.
    public var modRevision: Int64
}

extension APIServerClient {
    /// How many objects are asked for at once.
    private static let pageSize = 500
    /// More pages than an etcd can hold objects for.
    private static let maxPages = 100_000

    /// Lists every object of a resource, page by page.
    ///
    /// The server reads and decodes the objects and sends of each its metadata alone, so that no value travels.
    ///
    /// - Parameters:
    ///   - resource: What to list.
    ///   - take: Called with each page, in the server's order.
    /// - Throws: `APIServerError`; what `take` throws.
    public func list(_ resource: ServedResource, take: ([ListedObject]) throws -> Void) async throws {
        var path = "\(resource.path)?limit=\(Self.pageSize)"
        for _ in 0..<Self.maxPages {
            let page = try await self.json(MetadataList.self, at: path, as: MetadataList.format)
            try take((page.items ?? []).map(\.object))
            guard let token = page.metadata?.continue, !token.isEmpty else { return }
            path = "\(resource.path)?limit=\(Self.pageSize)&continue=\(token.percentEncoded)"
        }
        throw APIServerError(.endlessList, path: resource.path)
    }
}

/// A `PartialObjectMetadataList`.
///
/// Source: kubernetes/apimachinery `pkg/apis/meta/v1/types.go`.
private struct MetadataList: Decodable {
    struct Metadata: Decodable {
        var `continue`: String?
    }

    struct Item: Decodable {
        struct Metadata: Decodable {
            var name: String
            var namespace: String?
            var resourceVersion: String?
        }

        var metadata: Metadata

        var object: ListedObject {
            ListedObject(
                namespace: self.metadata.namespace ?? "",
                name: self.metadata.name,
                modRevision: self.metadata.resourceVersion.flatMap { Int64($0) } ?? 0
            )
        }
    }

    static let format = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

    var metadata: Metadata?
    /// Go writes an empty list as null.
    var items: [Item]?
}

extension String {
    /// Everything but letters, digits, `-` and `_` as `%XX`.
    fileprivate var percentEncoded: String {
        var text = ""
        for byte in self.utf8 {
            let character = Unicode.Scalar(byte)
            let isPlain =
                byte < 0x80 && (character.properties.isAlphabetic || character.properties.numericType != nil)
            if isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
                text.unicodeScalars.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }
}
