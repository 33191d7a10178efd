import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
import Presentation

/// Writes what `get` found, object by object.
struct ObjectListing {
    let walk: ObjectWalk
    /// Whether namespaces have a column.
    let showsNamespace: Bool
    let showsHeadings: Bool
    /// Whether names begin with their type, as they do when several resources are shown.
    let showsType: Bool

    private var registry: Registry { self.walk.registry }

    /// `-o name`: `pod/web`, `deployment.apps/api`.
    func writeNames(of answers: [ObjectAnswer], to output: inout Output) throws {
        for answer in answers {
            for object in answer.objects {
                let name = "\(answer.resource.typeName)/\(self.registry.name(of: object))"
                try output.write(terminalText(name) + "\n")
            }
        }
    }

    /// `-o name` of those objects whose labels and fields were asked for.
    func writeSelectedNames(
        of answers: [ObjectAnswer],
        to output: inout Output
    ) async throws -> ReadingProblems {
        let registry = self.registry
        return try await self.walk.forEach(of: answers.flatMap(\.objects), startingWith: "") { text, found in
            let type = registry.resource(of: found.object)?.typeName ?? ""
            text += terminalText("\(type)/\(registry.name(of: found.object))") + "\n"
        } take: { text, _ in
            try output.write(text)
        }
    }

    /// `-o etcd`: one table of keys and revisions.
    func writeRecords(of answers: [ObjectAnswer], to output: inout Output) throws {
        var rows = RowSpool()
        if self.showsHeadings { rows.append(["KEY", "CREATE", "MOD", "VERSION", "LEASE", "SIZE"]) }
        for object in answers.flatMap(\.objects) {
            let metadata = try self.registry.metadata(of: object)
            rows.append([
                terminalText(self.registry.key(of: object)),
                String(metadata.createRevision),
                String(metadata.modRevision),
                String(metadata.version),
                metadata.lease == 0 ? "-" : String(UInt64(bitPattern: metadata.lease), radix: 16),
                String(metadata.valueByteCount),
            ])
        }
        try write(rows, to: &output)
    }

    /// Whole objects: alone, as a list, or one a line.
    func writeObjects(
        of answers: [ObjectAnswer],
        as text: ObjectText,
        to output: inout Output
    ) async throws -> ReadingProblems {
        var isFirst = true
        let problems = try await self.walk.forEach(
            of: answers.flatMap(\.objects),
            startingWith: [UInt8]()
        ) { bytes, found in
            if !bytes.isEmpty { bytes += text.separator.utf8 }
            text.append(found.document, to: &bytes)
        } take: { bytes, count in
            guard count > 0 else { return }
            try output.write(isFirst ? text.opening : text.separator)
            isFirst = false
            try output.write(bytes.span.bytes)
        }
        try output.write(isFirst ? text.empty : text.closing)
        return problems
    }

    /// A table for each resource that has objects, with an empty line between.
    ///
    /// - Returns: How many rows there were, and what could not be decoded.
    func writeTables(
        of answers: [ObjectAnswer],
        _ options: TableView.Options,
        at now: Int64,
        to output: inout Output
    ) async throws -> (rows: Int, problems: ReadingProblems) {
        var problems = ReadingProblems()
        var rowCount = 0
        for answer in answers where !answer.objects.isEmpty {
            let options = self.options(options, for: answer.resource)
            let view = TableView(self.registry.table(of: answer.resource, self.walk.decryption), options)
            var rows = RowSpool()
            if self.showsHeadings { rows.append(view.headings) }
            let found = try await self.walk.forEach(of: answer.objects, startingWith: RowSpool()) {
                rows,
                found in
                rows.append(cells(of: found, in: view, options, at: now))
            } take: { run, _ in
                rows.append(run)
            }
            problems.add(found)
            let count = rows.count - (self.showsHeadings ? 1 : 0)
            guard count > 0 else { continue }
            if rowCount > 0, self.showsHeadings { try output.write("\n") }
            rowCount += count
            try write(rows, to: &output)
        }
        return (rowCount, problems)
    }

    private func options(_ options: TableView.Options, for resource: Resource) -> TableView.Options {
        var options = options
        options.namespace = self.showsNamespace && resource.scope != .cluster
        options.namePrefix = self.showsType ? resource.typeName + "/" : ""
        return options
    }
}

/// The row of an object; of one that could not be decoded, its name and why.
private func cells(
    of found: ObjectWalk.Found,
    in view: TableView,
    _ options: TableView.Options,
    at now: Int64
) -> [String] {
    let root = found.document.root
    guard let problem = found.read.problem else { return view.cells(of: root, at: now) }
    let why = found.read.encryption.map { "<encrypted: \($0)>" } ?? "<not decoded: \(problem)>"
    let name = options.namePrefix + (root["metadata", "name"]?.string ?? "")
    let namespace = options.namespace ? [root["metadata", "namespace"]?.string ?? ""] : []
    let known = namespace + [name, why]
    return known + [String](repeating: "", count: max(0, view.headings.count - known.count))
}

func write(_ rows: RowSpool, to output: inout Output) throws {
    try rows.forEachLine { try output.write($0.span.bytes) }
}
