import ArgumentParser
import KubernetesRegistry

extension CompletionKind {
    /// Resources, then names of their objects; or `RESOURCE/NAME`.
    static let objects = Self.names { request, names in
        let arguments = request.command.typedArguments
        let namespace = request.command.namespaceOfNames
        if let slash = request.word.firstIndex(of: "/") {
            let resource = String(request.word[..<slash])
            return names.names(of: resource, namespace: namespace).map { "\(resource)/\($0)" }
        }
        if let first = arguments.first, arguments.count > 1, !first.contains("/") {
            let resources = first.split(separator: ",")
            return Set(resources.flatMap { names.names(of: String($0), namespace: namespace) }).sorted()
        }
        let comma = request.word.lastIndex(of: ",")
        let before = comma.map { request.word[...$0] } ?? ""
        return names.resources.map { before + $0 }
    }

    static let namespaces = Self.names { _, names in names.namespaces }

    static let helmReleases = Self.names { request, names in
        names.helmReleases(namespace: request.command.namespaceOfNames)
    }

    /// Names from the source that the line reads.
    private static func names(
        _ choose: @escaping @Sendable (CompletionRequest, ObjectNames) -> [String]
    ) -> CompletionKind {
        .custom { words, index, _ in
            guard let request = CompletionRequest(words: words, index: index), let names = request.names()
            else { return [] }
            return request.fitting(choose(request, names)).map(forShell)
        }
    }
}

/// A completion as the shell that asks takes it: to zsh, what follows a colon describes what stands before it.
///
/// Source: zshcompsys(1), `_describe`.
private func forShell(_ completion: String) -> String {
    guard CompletionShell.requesting == .zsh else { return completion }
    return completion.replacing(":", with: "\\:")
}
