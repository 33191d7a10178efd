import EtcdStorage

/// The names of all objects of a registry, as one text that can be kept in a file.
///
/// It is what a shell needs to complete words, and holds no value.
///
///     registree names 1                                        the first line
///     <resource> TAB <other names> TAB <namespace> TAB <n>     a heading; so many bytes of names follow
///     <name>                                                   a line each
///
/// The other names are those by which the resource may be typed too, with commas between. The namespace is empty in
/// cluster scope. A name with bytes that a shell gives a meaning, line ends and controls among them, is left out.
public struct ObjectNames: Sendable {
    /// The whole text.
    public let text: [UInt8]

    private let sections: [Section]

    private static let firstLine = Array("registree names 1\n".utf8)

    /// Gathers the names of `registry`.
    public init(of registry: Registry) {
        var text = Self.firstLine
        var sections: [Section] = []
        var names: [UInt8] = []
        let otherNames = registry.resources.map(\.otherNames)
        for group in registry.sortedGroups(of: nil) {
            let resource = registry.resources[group.resource]
            guard !resource.isUnclassified else { continue }
            names.removeAll(keepingCapacity: true)
            for run in group.runs { registry.appendNames(of: run, to: &names) }
            let others = otherNames[group.resource]
            let heading = [resource.qualifiedName, others.joined(separator: ","), group.namespace]
            guard heading.allSatisfy({ isPlain(Array($0.utf8).span.bytes) }) else { continue }
            text += Array((heading + ["\(names.count)"]).joined(separator: "\t").utf8)
            text.append(newline)
            sections.append(
                Section(
                    resource: resource.qualifiedName,
                    otherNames: others,
                    namespace: group.namespace,
                    names: text.count..<text.count + names.count
                )
            )
            text += names
        }
        self.text = text
        self.sections = sections
    }

    /// Takes a text that was kept; nil when it is not of this version, or not whole.
    public init?(text: [UInt8]) {
        guard text.starts(with: Self.firstLine) else { return nil }
        var sections: [Section] = []
        var start = Self.firstLine.count
        while let end = text[start...].firstIndex(of: newline) {
            let heading = String(decoding: text[start..<end], as: UTF8.self)
            let words = heading.split(separator: "\t", omittingEmptySubsequences: false)
            start = end + 1
            guard words.count == 4, let count = Int(words[3]), count >= 0, count <= text.count - start
            else { return nil }
            sections.append(
                Section(
                    resource: String(words[0]),
                    otherNames: words[1].split(separator: ",").map(String.init),
                    namespace: String(words[2]),
                    names: start..<start + count
                )
            )
            start += count
        }
        guard start == text.count else { return nil }
        self.text = text
        self.sections = sections
    }

    /// What stands below a heading.
    private struct Section {
        var resource: String
        var otherNames: [String]
        var namespace: String
        /// Offsets in the text.
        var names: Range<Int>
    }
}

// MARK: Asking

extension ObjectNames {
    /// The names of the resources that hold something: `pods`, `deployments.apps`.
    public var resources: [String] { Set(self.sections.map(\.resource)).sorted() }

    /// The namespaces that hold something or are there as objects.
    public var namespaces: [String] {
        let used = self.sections.map(\.namespace).filter { !$0.isEmpty }
        return Set(used + self.names(of: "namespaces", namespace: nil)).sorted()
    }

    /// The names of the objects of a resource.
    ///
    /// - Parameters:
    ///   - typed: The resource by any of its names.
    ///   - namespace: Only this one and cluster scope; nil for all.
    /// - Returns: Each name once, in order.
    public func names(of typed: String, namespace: String?) -> [String] {
        let typed = typed.lowercased()
        let sections = self.sections.filter { section in
            let isThere = namespace == nil || section.namespace.isEmpty || section.namespace == namespace
            return isThere && (section.resource == typed || section.otherNames.contains(typed))
        }
        let names = sections.flatMap { section in
            self.text[section.names].split(separator: newline).map { String(decoding: $0, as: UTF8.self) }
        }
        return Set(names).sorted()
    }

    /// The names of Helm's releases in a namespace, or in all.
    public func helmReleases(namespace: String?) -> [String] {
        let names = ["secrets", "configmaps"].flatMap { self.names(of: $0, namespace: namespace) }
        return Set(names.compactMap { HelmObjectName($0)?.release }).sorted()
    }
}

// MARK: Gathering

private let newline = UInt8(ascii: "\n")

extension Registry {
    /// Appends the names of the objects of a run, a line each.
    fileprivate func appendNames(of run: Int, to lines: inout [UInt8]) {
        let offset = self.runs[run].directory?.nameOffset ?? 0
        for position in self.runs[run].positions {
            self.keyspace.withKey(of: self.keyspace[position]) { key in
                let name = key.extracting(min(offset, key.byteCount)...)
                guard name.byteCount > 0, isPlain(name) else { return }
                name.withUnsafeBytes { lines.append(contentsOf: $0) }
                lines.append(newline)
            }
        }
    }
}

extension Resource {
    /// What may be typed for it beside its qualified name, in lower case.
    fileprivate var otherNames: [String] {
        let names = [self.plural, self.singular, self.kind] + self.shortNames
        return Set(names.map { $0.lowercased() }).subtracting(["", self.qualifiedName]).sorted()
    }
}

/// Whether a text holds letters, digits and signs alone to which no shell gives a meaning: bash expands what it completes.
private func isPlain(_ bytes: RawSpan) -> Bool {
    bytes.withUnsafeBytes { bytes in
        bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._:,@+=".utf8.contains(byte)
            }
        }
    }
}
