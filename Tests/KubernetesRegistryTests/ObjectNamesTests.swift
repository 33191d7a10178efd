import Testing

@testable import KubernetesRegistry

/// The names that a shell completes words with.
struct ObjectNamesTests {
    /// bash's `compgen -W` runs what stands in a word as a command.
    @Test(arguments: [
        "$(id)", "`id`", "a;id", "a|id", "a&id", "a>b", "a<b", "a b", "a'b", "a\"b", "a\\b", "a*", "a?",
        "[a]",
        "{a,b}", "~a", "!a", "#a", "(a)", "^a", "a\u{1B}[31m", "a\nb", "ä",
    ])
    func leaveOutWhatAShellGivesAMeaning(name: String) throws {
        let registry = try registry(of: [
            "/registry/configmaps/shop/\(name)", "/registry/configmaps/shop/system:a.b-c_1",
            "/registry/example.org/\(name)/shop/one", "/registry/secrets/\(name)/db",
        ])
        let names = ObjectNames(of: registry)
        #expect(names.names(of: "cm", namespace: nil) == ["system:a.b-c_1"])
        #expect(!names.resources.contains { $0.contains(name) })
        #expect(names.namespaces == ["shop"])
        #expect(ObjectNames(text: names.text)?.names(of: "cm", namespace: "shop") == ["system:a.b-c_1"])
    }
}
