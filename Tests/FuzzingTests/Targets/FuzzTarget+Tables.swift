import KubernetesTables

@testable import KubernetesCodec

/// The targets that show and select objects.
extension FuzzRun {
    /// Reads a stored value and shows it as a row, with all its columns.
    mutating func table(_ bytes: RawSpan) {
        guard (try? self.objects.decode(bytes, in: 0..<bytes.byteCount)) != nil,
            (try? self.objects.showAsServed(modRevision: 1)) != nil
        else { return }
        let object = self.objects.document.root
        let version = object["apiVersion"]?.string ?? ""
        let group = version.contains("/") ? String(version.prefix { $0 != "/" }) : ""
        let kind = object["kind"]?.string ?? ""
        var options = TableView.Options()
        (options.wide, options.namespace, options.labels) = (true, true, true)
        let view = TableView(.builtIn(group: group, kind: kind), options)
        _ = view.cells(of: object, at: 1_800_000_000)
        let fields = SelectableFields.builtIn(group: group, kind: kind)
        _ = fields.names.map { try? FieldSelector("\($0)=a").matcher(for: fields).matches(object) }
        // A definition's own columns, and fields to select by.
        _ = ObjectTable.custom(definition: object, version: "v1").cells(of: object, at: 0)
        _ = SelectableFields.custom(definition: object, version: "v1").names
    }

    /// A line with a template, a path or columns, then the object in JSON.
    func jsonpath(_ bytes: RawSpan) {
        let parts = bytes.withUnsafeBytes {
            $0.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        }
        let object = ((try? Document(json: parts.count > 1 ? parts[1] : [])) ?? Document()).root
        let text = String(decoding: parts[0], as: UTF8.self)
        var output: [UInt8] = []
        try? JSONPath(text).write(object, to: &output)
        try? JSONPath(path: text).write(object, to: &output)
        _ = try? CustomColumns(text).cells(of: object)
        if let field = try? SortField(text), let key = try? field.key(of: object) {
            _ = try? field.order(of: [key, key])
        }
    }

    /// A selector that is read must read the same from its own text.
    func selector(_ bytes: RawSpan) throws(BrokenPromise) {
        let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let fields = SelectableFields.builtIn(group: "", kind: "Pod")
        let matcher = try? FieldSelector(text).matcher(for: fields)
        _ = matcher?.matches(labelled)
        guard let selector = try? LabelSelector(text) else { return }
        _ = selector.matches(labelled)
        guard (try? LabelSelector(selector.description)) == selector else {
            throw BrokenPromise("\(text) reads otherwise from its own text, \(selector)")
        }
    }
}

private let labelled: Value = {
    let text =
        #"{"metadata":{"name":"a","labels":{"app":"web","n":"12","tier":""}},"status":{"phase":"Running"}}"#
    return ((try? Document(json: Array(text.utf8))) ?? Document()).root
}()
