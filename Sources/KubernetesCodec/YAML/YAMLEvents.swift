// libyaml, for its events. Yams contains it without declaring it as a product, and there is no other way: Yams'
// public `Parser` gives whole nodes, for which it recurses without limit and hashes every key, so that a small text
// can end the process or take for ever, and its errors quote the text; the system's libyaml would be one more package
// to install before `swift run`.
private import CYaml

/// The events of a YAML stream, one after the other, from libyaml.
final class YAMLEvents {
    /// One step through the stream.
    enum Event {
        case documentStart
        case documentEnd
        case streamEnd
        case alias([UInt8])
        case scalar(Scalar)
        case sequenceStart(anchor: [UInt8]?)
        case sequenceEnd
        case mappingStart(anchor: [UInt8]?)
        case mappingEnd
    }

    struct Scalar {
        var text: [UInt8]
        var anchor: [UInt8]?
        /// The explicit tag, such as `tag:yaml.org,2002:str`.
        var tag: String?
        /// Whether it has neither quotes nor a tag.
        var isPlain: Bool

        /// Whether it is, as a key, the order to merge.
        var isMerge: Bool {
            self.text.elementsEqual("<<".utf8) && (self.isPlain || self.tag == "tag:yaml.org,2002:merge")
        }
    }

    /// A place in the text, both from 1.
    struct Mark {
        var line = 1
        var column = 1
    }

    /// Where the last event begins.
    private(set) var mark = Mark()

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// How many `%TAG` directives a text may have: libyaml compares each with all others.
    private static let tagDirectiveCount = 64

    /// - Throws: `.tooLarge` for more than 64 `%TAG` directives.
    init(_ bytes: [UInt8]) throws(CodecError) {
        guard countTagDirectives(in: bytes) <= Self.tagDirectiveCount else {
            throw CodecError(.tooLarge("\(Self.tagDirectiveCount) %TAG directives"))
        }
        self.text = .allocate(capacity: bytes.count + 1)
        _ = self.text.update(fromContentsOf: bytes + [0])
        self.parser = .allocate(capacity: 1)
        self.parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(self.parser) == 1 else {
            throw CodecError(.tooLarge("fits into memory"))
        }
        yaml_parser_set_encoding(self.parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(self.parser, self.text.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(self.parser)
        self.parser.deallocate()
        self.text.deallocate()
    }

    /// - Throws: `.malformed` with the place, or `.tooLarge`.
    func next() throws(CodecError) -> Event {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(self.parser, &event) == 1 else { throw self.failure }
            defer { yaml_event_delete(&event) }
            self.mark = Mark(line: event.start_mark.line + 1, column: event.start_mark.column + 1)
            if let found = Event(event) { return found }
        }
    }

    private var failure: CodecError {
        let parser = self.parser.pointee
        let problem = parser.problem.map { String(cString: $0) } ?? "it is not YAML"
        // libyaml's own limit is beyond that of a document.
        if problem.hasPrefix("Maximum nesting level") {
            return CodecError(.tooLarge("\(Limits.depth) levels of YAML"))
        }
        switch parser.error {
        case YAML_MEMORY_ERROR: return CodecError(.tooLarge("fits into memory"))
        case YAML_READER_ERROR:
            let before = self.text.prefix(min(parser.problem_offset, self.text.count))
            let line = before.count { $0 == 0x0A }
            let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
            return CodecError(yaml: problem, at: Mark(line: line + 1, column: column + 1))
        default:
            let place = parser.problem_mark
            return CodecError(yaml: problem, at: Mark(line: place.line + 1, column: place.column + 1))
        }
    }
}

extension YAMLEvents.Event {
    /// Nil for the start of the stream.
    fileprivate init?(_ event: yaml_event_t) {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: self = .documentStart
        case YAML_DOCUMENT_END_EVENT: self = .documentEnd
        case YAML_STREAM_END_EVENT: self = .streamEnd
        case YAML_ALIAS_EVENT: self = .alias(bytes(event.data.alias.anchor) ?? [])
        case YAML_SCALAR_EVENT: self = .scalar(YAMLEvents.Scalar(event))
        case YAML_SEQUENCE_START_EVENT: self = .sequenceStart(anchor: bytes(event.data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: self = .sequenceEnd
        case YAML_MAPPING_START_EVENT: self = .mappingStart(anchor: bytes(event.data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: self = .mappingEnd
        case YAML_STREAM_START_EVENT: return nil
        // libyaml gives this again and again after the end.
        default: self = .streamEnd
        }
    }
}

extension YAMLEvents.Scalar {
    fileprivate init(_ event: yaml_event_t) {
        let scalar = event.data.scalar
        self.init(
            text: Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length)),
            anchor: bytes(scalar.anchor),
            tag: bytes(scalar.tag).map { String(decoding: $0, as: UTF8.self) },
            isPlain: scalar.plain_implicit == 1
        )
    }
}

/// How often `%TAG` stands at the front or behind what may be a line break: a control character, or the last
/// byte of a character that is not ASCII.
private func countTagDirectives(in text: [UInt8]) -> Int {
    var count = 0
    for index in text.indices.dropLast(3)
    where text[index] == UInt8(ascii: "%") && text[index + 1] == UInt8(ascii: "T")
        && text[index + 2] == UInt8(ascii: "A") && text[index + 3] == UInt8(ascii: "G")
        && (index == 0 || text[index - 1] < 0x20 || text[index - 1] >= 0x80)
    {
        count += 1
    }
    return count
}

private func bytes(_ text: UnsafeMutablePointer<yaml_char_t>?) -> [UInt8]? {
    guard let text else { return nil }
    var count = 0
    while text[count] != 0 { count += 1 }
    return Array(UnsafeBufferPointer(start: text, count: count))
}

extension CodecError {
    /// What is wrong with YAML text, and where.
    init(yaml problem: String, at mark: YAMLEvents.Mark) {
        self.init(.malformed("line \(mark.line), column \(mark.column): \(problem)"))
    }
}
