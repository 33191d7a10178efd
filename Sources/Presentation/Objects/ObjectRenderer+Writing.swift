import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
import Operations

extension ObjectRenderer {
    private var registry: Registry { self.walk.registry }

    func writeNames<Sink: OutputSink & ~Copyable>(
        of objects: [StoredObject],
        to output: inout Sink
    ) async throws -> ReadingProblems {
        let (selected, problems) = try await self.walk.selected(of: objects)
        for object in selected {
            let type = self.registry.resource(of: object)?.typeName ?? ""
            try output.write(terminalText("\(type)/\(self.registry.name(of: object))") + "\n")
        }
        return problems
    }

    /// One table of keys and revisions.
    func writeRecords<Sink: OutputSink & ~Copyable>(
        of objects: [StoredObject],
        to output: inout Sink
    ) async throws -> ReadingProblems {
        let (selected, problems) = try await self.walk.selected(of: objects)
        var table = Table()
        if self.showsHeadings { table.append(["KEY", "CREATE", "MOD", "VERSION", "LEASE", "SIZE"]) }
        for object in selected {
            let metadata = try self.registry.metadata(of: object)
            table.append([
                terminalText(self.registry.key(of: object)),
                String(metadata.createRevision),
                String(metadata.modRevision),
                String(metadata.version),
                metadata.lease == 0 ? "-" : String(UInt64(bitPattern: metadata.lease), radix: 16),
                String(self.registry.valueByteCount(of: object)),
            ])
        }
        try output.write(table)
        return problems
    }

    /// Whole objects: alone, as a list, or one a line.
    func writeObjects<Sink: OutputSink & ~Copyable>(
        _ objects: [StoredObject],
        as text: ObjectText,
        to output: inout Sink
    ) async throws -> ReadingProblems {
        var isFirst = true
        let problems = try await self.walk.forEach(of: objects, startingWith: [UInt8]()) { bytes, found in
            if !bytes.isEmpty { bytes += text.separator.utf8 }
            text.append(found.document, to: &bytes)
        } take: { bytes, count in
            guard count > 0 else { return }
            try text.write(frame: isFirst ? text.opening : text.separator, to: &output)
            isFirst = false
            try text.write(bytes, to: &output)
        }
        if isFirst, problems.isRefusal { return problems }
        try text.write(frame: isFirst ? text.empty : text.closing, to: &output)
        return problems
    }

    /// What a template makes of the objects: of one alone, or of a list of all.
    func writeTemplate<Sink: OutputSink & ~Copyable>(
        _ template: JSONPath,
        of objects: [StoredObject],
        isList: Bool,
        to output: inout Sink
    ) async throws -> ReadingProblems {
        var list = try ObjectList()
        var alone: Document?
        var isEmpty = true
        let problems = try await self.walk.forEach(of: objects, startingWith: [Document]()) { run, found in
            run.append(found.document)
        } take: { documents, _ in
            if !documents.isEmpty { isEmpty = false }
            if !isList { alone = documents.first ?? alone }
            for document in documents where isList { try list.append(document) }
        }
        if isEmpty, problems.isRefusal { return problems }
        guard let root = isList ? list.document.root : alone?.root else { return problems }
        var bytes: [UInt8] = []
        try template.write(root, to: &bytes)
        try output.write(lines: bytes.span.bytes)
        return problems
    }

    /// A table of the columns that were asked for.
    func writeCustomColumns<Sink: OutputSink & ~Copyable>(
        _ columns: CustomColumns,
        of objects: [StoredObject],
        to output: inout Sink
    ) async throws -> ReadingProblems {
        var table = Table()
        if self.showsHeadings { table.append(columns.headers) }
        var isEmpty = true
        let problems = try await self.walk.forEach(of: objects, startingWith: Table()) { run, found in
            run.append(try columns.cells(of: found.document.root))
        } take: { run, count in
            if count > 0 { isEmpty = false }
            table.append(run)
        }
        if isEmpty, problems.isRefusal { return problems }
        try output.write(table)
        return problems
    }
}

// MARK: Tables

extension ObjectRenderer {
    /// A table for each resource that has objects, with an empty line between.
    ///
    /// Where they lie below several roots, the tables of one root stand together and its name above the first.
    func writeTables<Sink: OutputSink & ~Copyable>(
        of answers: [ObjectAnswer],
        _ options: TableView.Options,
        at now: Int64,
        to output: inout Sink
    ) async throws -> Result {
        let filled = answers.filter { !$0.objects.isEmpty }
        let showsRoot = filled.map(\.resource.clusterRoot).areSeveral && self.showsHeadings
        let shown = showsRoot ? filled.sorted(by: self.registry.clusterRoots) : filled
        let showsType = Set(shown.map(\.resource.typeName)).count > 1
        var result = Result(problems: ReadingProblems(self.walk.unreadable), isEmptyTable: true)
        var root: ClusterRoot?
        for answer in shown {
            var options = options
            options.namespace = self.showsNamespace && answer.resource.scope != .cluster
            options.namePrefix = showsType ? answer.resource.typeName + "/" : ""
            let (table, rowCount, problems) = try await self.table(of: answer, options, at: now)
            result.problems.add(problems)
            guard rowCount > 0 else { continue }
            if !result.isEmptyTable, self.showsHeadings { try output.write("\n") }
            result.isEmptyTable = false
            if showsRoot, root != answer.resource.clusterRoot {
                root = answer.resource.clusterRoot
                let heading = terminalText(answer.resource.clusterRoot.heading)
                try output.write(output.appearance.colors.paint(heading, .heading) + "\n")
            }
            try output.write(table)
        }
        // What is missing or left out is said in other words than that there is nothing.
        if result.problems.isIncomplete || answers.contains(where: { !$0.missing.isEmpty }) {
            result.isEmptyTable = false
        }
        return result
    }

    private func table(
        of answer: ObjectAnswer,
        _ options: TableView.Options,
        at now: Int64
    ) async throws -> (table: Table, rowCount: Int, problems: ReadingProblems) {
        let view = TableView(self.registry.table(of: answer.resource, self.walk.decryption), options)
        var table = Table()
        table.statusColumn = view.headings.firstIndex(of: "STATUS")
        if self.showsHeadings { table.append(view.headings) }
        var rowCount = 0
        let problems = try await self.walk.forEach(of: answer.objects, startingWith: Table()) { run, found in
            run.append(self.cells(of: found, in: view, options, at: now))
        } take: { run, count in
            table.append(run)
            rowCount += count
        }
        return (table, rowCount, problems)
    }

    /// The row of an object; of one that could not be read, its name and why.
    private func cells(
        of found: ObjectWalk.Found,
        in view: TableView,
        _ options: TableView.Options,
        at now: Int64
    ) -> [String] {
        guard let problem = found.read.problem else {
            return view.cells(of: found.document.root, at: now) {
                (self.registry.namespace(of: found.object), self.registry.name(of: found.object))
            }
        }
        let why = found.read.encryption.map { "<encrypted: \($0)>" } ?? "<not decoded: \(problem)>"
        let name = options.namePrefix + self.registry.name(of: found.object)
        let namespace = options.namespace ? [self.registry.namespace(of: found.object)] : []
        let known = namespace + [name, why]
        return known + [String](repeating: "", count: max(0, view.headings.count - known.count))
    }
}

extension [ObjectAnswer] {
    /// Those of each root together, in the order of `roots`; keys outside of any root last.
    fileprivate func sorted(by roots: [ClusterRoot]) -> [ObjectAnswer] {
        let byRoot = Dictionary(grouping: self) { $0.resource.clusterRoot }
        let outside = byRoot.keys.filter { $0.prefix == nil }
        return (roots + outside).flatMap { byRoot[$0] ?? [] }
    }
}
