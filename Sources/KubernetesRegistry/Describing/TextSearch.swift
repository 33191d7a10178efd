/// Looks for a text in bytes, past most of which it can step: Horspool's algorithm.
///
/// Of a long text only the beginning is looked for: a text of the same letter throughout is compared as a whole at
/// every byte, and one that stored objects name may be as long as they are. What is found may be another text then.
struct TextSearch {
    /// Bytes of a text that are looked for; a UID has 36 of them.
    private static let limit = 64

    private let text: [UInt8]
    /// For each byte how far the text can move when that byte lies below its last one.
    private let steps: [Int]

    init(_ text: String) {
        let text = Array(text.utf8.prefix(Self.limit))
        var steps = [Int](repeating: max(1, text.count), count: 256)
        for (index, byte) in text.dropLast().enumerated() { steps[Int(byte)] = text.count - 1 - index }
        self.text = text
        self.steps = steps
    }

    /// Whether the text stands somewhere in `bytes`.
    func matches(in bytes: RawSpan) -> Bool {
        guard let last = self.text.last else { return true }
        return bytes.withUnsafeBytes { bytes in
            self.text.withUnsafeBytes { text in
                self.steps.withUnsafeBufferPointer { steps in
                    var end = text.count - 1
                    while end < bytes.count {
                        let byte = bytes[end]
                        if byte == last, bytes[(end - text.count + 1)...end].elementsEqual(text) {
                            return true
                        }
                        end += steps[Int(byte)]
                    }
                    return false
                }
            }
        }
    }
}
