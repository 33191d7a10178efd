import ArgumentParser
import Foundation
import KubernetesCodec
import KubernetesRegistry
import Operations
import Presentation

/// Which objects the commands show that are given resources and names, and how old the objects are taken to be.
struct ObjectOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Resources and then names, or RESOURCE/NAME each time.", valueName: "resource")
    )
    var arguments: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp(
            "Show only objects with these labels: a=b,c!=d,e in (x,y),!f.",
            valueName: "labels"
        )
    )
    var selector: String?

    @Option(
        help: ArgumentHelp("Show only objects with these fields: status.phase=Running.", valueName: "fields")
    )
    var fieldSelector: String?

    @Option(
        help: ArgumentHelp(
            "Count ages up to the time of the snapshot, up to now, or up to a time.",
            valueName: "snapshot|now|time"
        )
    )
    var ageFrom: AgeOrigin = .snapshot

    /// The namespace of the objects, `default` without a flag; nil for all namespaces.
    var namespace: String? {
        self.namespaces.onlyOrDefault
    }

    /// What is asked for.
    ///
    /// - Throws: `ObjectQueryError` for resources and names that do not go together.
    func queries() throws -> [ObjectQuery] {
        try ObjectQuery.queries(self.arguments, isEverywhere: self.namespaces.allNamespaces)
    }

    /// How the answers' objects are read: decrypted, and only those that the selectors allow.
    ///
    /// - Throws: `SelectorError` for a text that is not a selector, or a field that one of the resources does not have.
    func walk(
        _ answers: [ObjectAnswer],
        in registry: Registry,
        _ decryption: Decryption?
    ) throws -> ObjectWalk {
        var walk = ObjectWalk(of: registry, decryption: decryption)
        try walk.select(labels: self.selector, fields: self.fieldSelector, of: answers.map(\.resource))
        return walk
    }

    /// Up to when ages are counted, in seconds since 1970.
    func ageEnd(_ walk: ObjectWalk, of source: RegistrySource) -> Int64 {
        self.ageFrom.seconds(
            of: walk.registry,
            isLive: source.source.isLive,
            decryption: walk.decryption,
            now: Int64(Date().timeIntervalSince1970)
        )
    }

    /// Prints that there is nothing to show, and where.
    func noteNothingFound(_ answers: [ObjectAnswer]) {
        let isNamespaced = answers.contains { $0.resource.scope != .cluster }
        note(nothingFoundLine(in: isNamespaced ? self.namespace : nil))
    }

    /// Prints what was not found; a missing name is a failure, an empty list is not.
    func reportMissing(_ answers: [ObjectAnswer]) throws {
        let missing = answers.flatMap(\.missing)
        note(missing.map(\.line))
        guard missing.isEmpty else { throw ExitStatus.failed }
    }
}
