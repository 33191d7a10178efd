import ArgumentParser
import KubernetesRegistry
import Operations

/// A line that a shell asks to have completed.
///
/// It is read by the commands' own parser, so that flags mean what they mean when the line is run. Nothing is printed
/// but completions, no live etcd is asked, and what cannot be read has none.
struct CompletionRequest {
    /// What there is of the word so far, without quotes.
    var word: String
    /// The line up to that word.
    var command: any NamesObjects

    /// nil when the line up to the word is no command that reads objects.
    ///
    /// - Parameters:
    ///   - words: The line as the shell gives it, with its quotes; first the program's name.
    ///   - index: Which of them is completed.
    init?(words: [String], index: Int) {
        guard index > 0, index <= words.count else { return nil }
        self.word = index < words.count ? unquoted(words[index]) : ""
        // A flag's value or a name may not be missing: a word stands for the one that is not there yet, and one more
        // for the resource where a flag before it is completed.
        let line = words[1..<index].map(unquoted) + [self.word.isEmpty ? "word" : self.word]
        let command = (try? Root.parseAsRoot(line)) ?? (try? Root.parseAsRoot(line + ["word"]))
        guard let command = command as? any NamesObjects else { return nil }
        self.command = command
    }

    /// The names in the source; nil when it is not a file, or cannot be read.
    func names() -> ObjectNames? {
        let options = self.command.sourceOfNames
        let request = SourceRequest(
            file: options.source.file.map(pathWithHome),
            connection: options.endpoints.flags,
            checksDigest: false
        )
        return try? NameCache(.process).names(
            of: request,
            revision: options.source.revision,
            etcdPrefix: options.etcdPrefix
        )
    }

    /// Those of `names` that begin with the word.
    func fitting(_ names: [String]) -> [String] { names.filter { $0.hasPrefix(self.word) } }
}

/// A word of a shell without its quotes and backslashes.
private func unquoted(_ word: String) -> String {
    var text = ""
    var quote: Character?
    var isEscaped = false
    for letter in word {
        if isEscaped {
            text.append(letter)
            isEscaped = false
        } else if letter == "\\", quote != "'" {
            isEscaped = true
        } else if letter == quote {
            quote = nil
        } else if quote == nil, letter == "'" || letter == "\"" {
            quote = letter
        } else {
            text.append(letter)
        }
    }
    return text
}

/// A path in which `~` at the beginning is the home directory, as the shell will read it.
private func pathWithHome(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = CallerContext.process.variable("HOME") else { return path }
    return home + path.dropFirst()
}
