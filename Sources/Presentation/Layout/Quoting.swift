import FoundationEssentials

/// A value as indented JSON with its keys in order of the alphabet, and a line's end.
public func indentedJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// A word that a shell reads as it is, harmless on a terminal.
func shellWord(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "/._-:=,@%+".unicodeScalars.contains(scalar)
    }
    if isPlain, !text.isEmpty { return terminalText(text) }
    return terminalText("'" + text.replacing("'", with: "'\\''") + "'")
}
