import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
import Presentation

/// `-o jsonpath=…`, `-o custom-columns=…` and `--sort-by`.
extension ObjectListing {
    /// Writes what a template makes of the objects: of one alone, or of a list of all.
    func writeTemplate(
        _ template: JSONPath,
        of answers: [ObjectAnswer],
        isList: Bool,
        to output: inout Output
    ) async throws -> ReadingProblems {
        var list = try ObjectList()
        var alone: Document?
        let problems = try await self.walk.forEach(
            of: answers.flatMap(\.objects),
            startingWith: [Document]()
        ) { documents, found in
            documents.append(found.document)
        } take: { documents, _ in
            if !isList { alone = documents.first ?? alone }
            for document in documents where isList { try list.append(document) }
        }
        guard let root = isList ? list.document.root : alone?.root else { return problems }
        var bytes: [UInt8] = []
        try template.write(root, to: &bytes)
        try output.write(stored: bytes.span.bytes)
        return problems
    }

    /// Writes a table of the columns that were asked for.
    func writeCustomColumns(
        _ columns: CustomColumns,
        of answers: [ObjectAnswer],
        to output: inout Output
    ) async throws -> ReadingProblems {
        var rows = RowSpool()
        if self.showsHeadings { rows.append(columns.headers) }
        let problems = try await self.walk.forEach(
            of: answers.flatMap(\.objects),
            startingWith: RowSpool()
        ) { rows, found in
            rows.append(try columns.cells(of: found.document.root))
        } take: { run, _ in
            rows.append(run)
        }
        try write(rows, to: &output)
        return problems
    }
}

extension ObjectWalk {
    /// The objects in order of a field.
    func sorted(_ objects: [StoredObject], by field: SortField) async throws -> [StoredObject] {
        struct Keyed: Sendable {
            var object: StoredObject
            var key: SortField.Key
        }
        guard !objects.isEmpty else { return [] }
        var keyed: [Keyed] = []
        _ = try await self.forEach(of: objects, startingWith: [Keyed]()) { keyed, found in
            keyed.append(Keyed(object: found.object, key: try field.key(of: found.document.root)))
        } take: { run, _ in
            keyed += run
        }
        return try field.order(of: keyed.map(\.key)).map { keyed[$0].object }
    }
}

extension ObjectFormat {
    /// The template of `-o jsonpath`; nothing for other formats.
    func template() throws -> JSONPath? {
        let text: String
        switch self {
        case .jsonPath(let template): text = template
        case .jsonPathFile(let path): text = String(decoding: try bytes(ofFile: path), as: UTF8.self)
        default: return nil
        }
        do throws(JSONPathError) { return try JSONPath(text) } catch {
            throw Failure("-o jsonpath: \(error)", status: .badInput)
        }
    }

    /// The columns of `-o custom-columns`; nothing for other formats.
    func customColumns() throws -> CustomColumns? {
        do {
            switch self {
            case .customColumns(let text): return try CustomColumns(text)
            case .customColumnsFile(let path):
                return try CustomColumns(file: String(decoding: try bytes(ofFile: path), as: UTF8.self))
            default: return nil
            }
        } catch let error as JSONPathError {
            throw Failure("-o custom-columns: \(error)", status: .badInput)
        }
    }
}
