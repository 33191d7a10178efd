import Files
import KubernetesRegistry
import Operations

extension ErrorText {
    /// Why no source can be opened.
    init(source error: SourceError) {
        switch error {
        case .fileAndEndpoints:
            self.init("-f FILE and --endpoints exclude each other")
        case .noSource:
            self.init(
                "no source is named",
                advice: "give -f with a snapshot file, a stopped member's data directory or live, "
                    + "or set REGISTREE_FROM"
            )
        case .manifestsWithoutEtcd(let paths):
            self.init(
                "no source is named, and \(paths.joined(separator: ", ")) does not say how etcd is started",
                advice: "name the members with --endpoints, or give -f"
            )
        case .localConfiguration(let error):
            self.init(error.description, advice: "run it as root, or name the members with --endpoints")
        case .variableIsNotBoolean(let name):
            self.init("\(name) is not true or false")
        case .variableIsNotDuration(let name):
            self.init("\(name) is not a time such as 2s")
        case .passwordWithoutUser:
            self.init("a password needs its user: give --user")
        case .emptyUserName:
            self.init("the user's name is empty", advice: "give --user NAME or NAME:PASSWORD")
        case .passwordFileTooLong(let path):
            self.init("\(path) is too long for a file whose first line is a password")
        }
    }

    /// Why what was typed for resources and names cannot be answered.
    init(query error: ObjectQueryError) {
        switch error {
        case .notResourceAndName(let argument):
            self.init(
                "\"\(argument)\" is not a RESOURCE/NAME as the others are",
                advice: "give RESOURCE/NAME each time, or one RESOURCE and then names"
            )
        case .nameInAllNamespaces:
            self.init(
                "an object cannot be asked for by name across all namespaces",
                advice: "give its namespace with -n"
            )
        }
    }

    /// A resource that is not there.
    init(unknown error: UnknownResource) {
        self.init(
            "no resource is called \"\(error.asked)\"",
            advice: error.nearest.isEmpty
                ? "`registree list` shows the resources that are there"
                : "did you mean \(error.nearest.joined(separator: " or "))?"
        )
    }

    /// A file that was named beside the source.
    init(input error: InputFileError) {
        switch error {
        case .tooLarge(let path, let limit):
            self.init("\(path) is larger than \(limit >> 20) MiB")
        case .notEncryptionConfiguration(let path, let problem):
            self.init(
                "\(path) is not an EncryptionConfiguration: \(problem)",
                advice: "give the file that the API server is started with: --encryption-provider-config"
            )
        }
    }

    /// Two states that cannot be compared.
    init(difference error: DifferenceError) {
        switch error {
        case .noMoment(let typed, let text):
            self.init(
                "\(typed) is not a file, and what stands behind the @\(text.isEmpty ? "" : ", \(text),") is neither a revision nor "
                    + "a time",
                advice: "give SOURCE@REVISION such as backup.db@1200, or SOURCE@TIME such as "
                    + "backup.db@2026-11-22T13:20:00Z"
            )
        case .oneMember:
            self.init(
                "the endpoints lead to one member, which there is nothing to compare with",
                advice: "name all members with --endpoints"
            )
        }
    }

    /// A release of Helm that is not shown.
    init(helm error: HelmError) {
        switch error {
        case .notFound(let release, let namespace):
            let place = namespace.map { " in namespace \($0)" } ?? ""
            self.init(
                "no Helm release is called \"\(release)\"\(place)",
                advice: "`registree helm list` shows those that are there"
            )
        case .inSeveralNamespaces(let release, let namespaces):
            self.init(
                "release \"\(release)\" is in namespaces \(namespaces.joined(separator: ", "))",
                advice: "choose one with -n"
            )
        }
    }
}
