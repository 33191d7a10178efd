/// Words and commands of a shell, as far as quotation marks, backslashes and line ends go.
enum ShellCommand {
    /// The commands of a script, each as its words.
    ///
    /// Neither loops nor substitutions are understood: their words are words.
    static func commands(in script: String) -> [[String]] {
        var scanner = ShellScanner()
        for character in script { scanner.take(character) }
        return scanner.finished()
    }

    /// The words of one command, without what follows it.
    static func words(of text: String) -> [String] { self.commands(in: text).first ?? [] }

    /// What etcd is started with in a script; nil when no command in it starts etcd.
    ///
    /// `exec nice -n -19 etcd --name a` gives `--name`, `a`; `etcd grpc-proxy start` is another program.
    static func etcdArguments(in script: String) -> [String]? {
        self.commands(in: script).lazy.compactMap(self.etcdArguments(of:)).first
    }

    /// What etcd is started with by the words of a command, of a shell's among them; nil when it starts another
    /// program.
    static func etcdArguments(of words: [String]) -> [String]? {
        if let script = self.script(of: words) { return self.etcdArguments(in: script) }
        guard let place = words.firstIndex(where: { !leadsToProgram($0) }),
            baseName(words[place]) == "etcd"
        else { return nil }
        let arguments = words[(place + 1)...]
        // A variable whose value is not known may hold flags.
        let startsServer = arguments.first.map { $0.hasPrefix("-") || $0.hasPrefix("$") } ?? true
        return startsServer ? Array(arguments) : nil
    }

    /// The script of `sh -c SCRIPT`; nil for other commands.
    private static func script(of words: [String]) -> String? {
        guard let shell = words.firstIndex(where: { ["sh", "bash", "ash", "dash"].contains(baseName($0)) })
        else {
            return nil
        }
        let isScriptNext = { (word: String) in
            word.hasPrefix("-") && !word.hasPrefix("--") && word.hasSuffix("c")
        }
        guard let option = words[shell...].firstIndex(where: isScriptNext), option + 1 < words.count else {
            return nil
        }
        return words[option + 1]
    }

    /// `$NAME`, `${NAME}` and Kubernetes' `$(NAME)` replaced by their values; one without a value stays as it is.
    static func expanded(_ text: String, _ environment: [String: String]) -> String {
        guard text.contains("$") else { return text }
        return text.replacing(#/\$(?:\{(\w+)\}|\((\w+)\)|(\w+))/#) { match in
            let name = String(match.1 ?? match.2 ?? match.3 ?? "")
            return environment[name] ?? String(match.0)
        }
    }
}

/// Whether the program of a command is still to come behind a word: an option, a variable, or one of the programs and
/// words of a shell that start another program.
///
/// `/var/lib/etcd` in `mkdir /var/lib/etcd` is no program, nor is the value of `--data-dir=/var/lib/etcd`.
private func leadsToProgram(_ word: String) -> Bool {
    word.hasPrefix("-") || word.hasPrefix("$") || word.contains("=") || Int(word) != nil
        || leadingWords.contains(String(baseName(word)))
}

private let leadingWords: Set<String> = [
    "exec", "nice", "ionice", "env", "sudo", "nohup", "time", "taskset", "chrt", "tini", "dumb-init", "if",
    "then", "else", "do", "!", "{", "(",
]

private func baseName(_ word: String) -> Substring { word.split(separator: "/").last ?? "" }

/// Takes a script apart, character by character.
private struct ShellScanner {
    private var commands: [[String]] = []
    private var words: [String] = []
    /// nil between words.
    private var word: String?
    private var quote: Character?
    private var isEscaped = false
    private var isInComment = false

    mutating func take(_ character: Character) {
        if self.isInComment {
            self.isInComment = !character.isNewline
            if !self.isInComment { self.endCommand() }
        } else if self.isEscaped {
            self.isEscaped = false
            // A backslash at a line's end joins the next one.
            if !character.isNewline { self.append(character) }
        } else if character == "\\", self.quote != "'" {
            self.isEscaped = true
        } else if let open = self.quote {
            if character == open { self.quote = nil } else { self.append(character) }
        } else {
            self.takeUnquoted(character)
        }
    }

    private mutating func takeUnquoted(_ character: Character) {
        switch character {
        case "\"", "'":
            self.quote = character
            self.word = self.word ?? ""
        case "#" where self.word == nil: self.isInComment = true
        case ";", "|", "&": self.endCommand()
        case _ where character.isNewline: self.endCommand()
        case _ where character.isWhitespace: self.endWord()
        default: self.append(character)
        }
    }

    private mutating func append(_ character: Character) {
        if self.word == nil { self.word = "" }
        // In place: a copy for each character would take hours for a long word.
        self.word?.append(character)
    }

    private mutating func endWord() {
        if let word { self.words.append(word) }
        self.word = nil
    }

    private mutating func endCommand() {
        self.endWord()
        if !self.words.isEmpty { self.commands.append(self.words) }
        self.words = []
    }

    mutating func finished() -> [[String]] {
        self.endCommand()
        return self.commands
    }
}
