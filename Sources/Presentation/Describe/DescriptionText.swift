import KubernetesCodec
public import KubernetesRegistry

/// A report on one object, laid out for reading.
public struct DescriptionText: Sendable {
    /// Up to when ages are counted, Unix time in seconds.
    public var now: Int64
    /// Columns of the terminal, for folding prose; nil for lines of any length.
    public var width: Int?
    /// Whether there is a configuration that should have opened encrypted values.
    public var hasConfiguration: Bool

    public init(now: Int64, width: Int?, hasConfiguration: Bool) {
        self.now = now
        self.width = width
        self.hasConfiguration = hasConfiguration
    }

    /// The report on an object.
    public func text(of description: ObjectDescription) -> String {
        let generic = GenericFields(now: self.now)
        var object = Unshown(description.object)
        let managers = object.takeList("metadata", "managedFields")
        var head = self.head(&object, description)
        var bodies: [[Block]] = []
        if description.read.problem == nil {
            let summary = KindSummary(description: description, generic: generic)
            let parts = summary.parts(&object)
            head += parts.fields
            bodies = parts.sections.map { [$0] }
        }
        head += self.metadataRest(&object, generic)
        bodies += object.rest(generic).map { [$0] }
        bodies.append(managerBlocks(managers, generic))
        bodies.append(ownerBlocks(description.owners))
        bodies.append(ownedBlocks(description.owned))
        bodies.append([StorageDetails(description, hasConfiguration: self.hasConfiguration).block])
        bodies.append(eventBlocks(description, at: self.now))
        var layout = BlockLayout(width: self.width)
        layout.append(head + bodies.joined())
        return layout.text
    }

    /// Who it is.
    private func head(_ object: inout Unshown, _ description: ObjectDescription) -> [Block] {
        let generic = GenericFields(now: self.now)
        let version = object.takeText("apiVersion")
        let kind = object.takeText("kind")
        let name = object.takeText("metadata", "name")
        let namespace = object.takeText("metadata", "namespace")
        var head: [Block?] = [
            .field("Name", name.isEmpty ? description.name : name),
            .field(ifGiven: "Namespace", namespace.isEmpty ? description.namespace : namespace),
            .field(ifGiven: "Kind", version.isEmpty ? kind : "\(orNone(kind)) (\(version))"),
            kind.isEmpty ? .field(ifGiven: "Resource", description.resource?.qualifiedName) : nil,
        ]
        if let problem = description.read.problem, description.read.encryption == nil {
            head.append(.field("Not Decoded", "\(problem)"))
        }
        guard description.read.problem == nil else {
            object.take("metadata")
            return head.compactMap { $0 }
        }
        let labels = object.take("metadata", "labels")?.members ?? []
        head.append(.field("Labels", orNone(labels.map { "\($0.name)=\($0.value.scalarText ?? "")" })))
        let annotations = object.take("metadata", "annotations")?.members ?? []
        head.append(annotationBlock("Annotations", annotations))
        head.append(
            .field(ifGiven: "Created", generic.momentText(object.takeText("metadata", "creationTimestamp")))
        )
        let deleted = object.takeText("metadata", "deletionTimestamp")
        if !deleted.isEmpty {
            let grace = object.takeText("metadata", "deletionGracePeriodSeconds")
            let text = generic.momentText(deleted) + (grace.isEmpty ? "" : ", grace period \(grace)s")
            head.append(.field("Being Deleted", text))
        }
        return head.compactMap { $0 }
    }

    /// The UID and what else is seldom looked at.
    private func metadataRest(_ object: inout Unshown, _ generic: GenericFields) -> [Block] {
        var blocks: [Block?] = []
        let finalizers = object.takeList("metadata", "finalizers").compactMap(\.scalarText)
        if !finalizers.isEmpty { blocks.append(.field("Finalizers", finalizers)) }
        blocks.append(.field(ifGiven: "Generation", object.takeText("metadata", "generation")))
        blocks.append(.field(ifGiven: "UID", object.takeText("metadata", "uid")))
        blocks.append(.field(ifGiven: "Resource Version", object.takeText("metadata", "resourceVersion")))
        object.take("metadata", "ownerReferences")
        if let metadata = object.take("metadata") {
            let shown = [
                "name", "namespace", "labels", "annotations", "creationTimestamp", "deletionTimestamp",
                "deletionGracePeriodSeconds", "finalizers", "generation", "uid", "resourceVersion",
                "ownerReferences",
                "managedFields",
            ]
            blocks += generic.members(of: metadata, without: Set(shown.map { [$0] }))
        }
        return blocks.compactMap { $0 }
    }
}

/// Annotations, a line each; what would show an object's earlier content is shown by its size.
func annotationBlock(_ name: String, _ annotations: [(name: String, value: Value)]) -> Block {
    let lines = annotations.flatMap { name, value in
        let text = value.scalarText ?? ""
        guard !isCopyOfObject(name, text) else { return ["\(name): \(hiddenText(text))"] }
        guard text.utf8.contains(0x0A) else { return ["\(name): \(text)"] }
        return ["\(name):"] + textLines(text).map { "  \($0)" }
    }
    return .field(name, orNone(lines))
}

/// The lines of a text as they are.
func textLines(_ text: String) -> [String] {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) ?? "" }
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines
}
