import ArgumentParser
import FoundationEssentials
import KubernetesCodec
import KubernetesRegistry
import Operations
import Presentation

/// Which objects the commands show that are given resources and names, and how old the objects are taken to be.
struct ObjectOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Resources and then names, or RESOURCE/NAME each time.", valueName: "resource"),
        completion: .objects
    )
    var arguments: [String]

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

    @OptionGroup var unreadable: UnreadableOptions

    /// What is asked for.
    ///
    /// - Throws: `ObjectQueryError` for resources and names that do not go together.
    func queries(in namespaces: NamespaceOptions) throws -> [ObjectQuery] {
        try ObjectQuery.queries(self.arguments, isEverywhere: namespaces.allNamespaces)
    }

    /// How the answers' objects are read.
    ///
    /// - Parameters:
    ///   - queries: What was asked for.
    ///   - answers: What there is of it.
    ///   - registry: Where it lies.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    ///   - canMark: Whether the output can say of an object that it was not read.
    /// - Returns: A walk that decrypts, and takes only the objects that the selectors allow.
    /// - Throws: `SelectorError` for a text that is not a selector, or a field that one of the resources does not have.
    func walk(
        _ queries: [ObjectQuery],
        _ answers: [ObjectAnswer],
        in registry: Registry,
        _ decryption: Decryption?,
        canMark: Bool
    ) throws -> ObjectWalk {
        var walk = ObjectWalk(of: registry, decryption: decryption)
        // Whether a selector chooses an object that cannot be read is not known.
        let isSelective = self.selector != nil || self.fieldSelector != nil
        walk.unreadable = self.unreadable.rule(
            isNamed: queries.allSatisfy { $0.names != nil },
            canMark: canMark && !isSelective
        )
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
    func noteNothingFound(_ answers: [ObjectAnswer], in namespace: String?) {
        let isNamespaced = answers.contains { $0.resource.scope != .cluster }
        note(nothingFoundLine(in: isNamespaced ? namespace : nil))
    }

    /// Prints what could not be read, in `lines`, and what was not found.
    ///
    /// - Throws: `ExitStatus.failed` for a missing name, and for what the rule makes a failure; an empty list is none.
    func report(_ problems: ReadingProblems, _ lines: [String], missing answers: [ObjectAnswer]) throws {
        let missing = answers.flatMap(\.missing)
        note(lines + missing.map(\.line))
        guard missing.isEmpty, !problems.isFailure else { throw ExitStatus.failed }
    }
}

/// What is done with objects that cannot be read.
struct UnreadableOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "End with exit code 0 although a list leaves out objects that cannot be read.",
            discussion: "They are counted and named on standard error all the same."
        )
    )
    var ignoreUnreadable = false

    /// The rule for a command.
    ///
    /// - Parameters:
    ///   - isNamed: Whether the objects are asked for by their names.
    ///   - canMark: Whether the output can say of an object that it was not read.
    /// - Returns: The rule.
    func rule(isNamed: Bool = false, canMark: Bool = false) -> UnreadableRule {
        UnreadableRule(isNamed: isNamed, canMark: canMark, isIgnored: self.ignoreUnreadable)
    }

    /// Prints what could not be read.
    ///
    /// - Throws: `ExitStatus.failed` for what the rule makes a failure.
    func report(_ problems: ReadingProblems) throws {
        note(problems.lines)
        if problems.isFailure { throw ExitStatus.failed }
    }
}
