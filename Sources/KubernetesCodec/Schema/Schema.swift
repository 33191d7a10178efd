import CSchemas

/// How the messages of all kinds are laid out, and what their fields are called in JSON.
///
/// One table decodes Kubernetes 1.8 to 1.37: no field number ever changed its type or its name.
///
/// Source: the `generated.proto` files of kubernetes/api, kubernetes/apimachinery,
/// kubernetes/apiextensions-apiserver, kubernetes/kube-aggregator and openshift/api, and the `json` tags
/// of the Go types beside them.
final class Schema: Sendable {
    /// Every name of a field, once, in one run of bytes.
    let names: [UInt8]
    let messages: [Message]
    /// The fields of all messages; those of one lie together in order of their numbers.
    let fields: [Field]
    /// The members of all messages' JSON objects; those of one lie together in order of their names.
    let members: [Document.TextRange]
    /// For each inline field, which member of the message each member of the inlined one becomes.
    let inlinedMembers: [UInt16]
    private let kinds: [String: UInt16]

    init(
        names: [UInt8],
        messages: [Message],
        fields: [Field],
        members: [Document.TextRange],
        inlinedMembers: [UInt16],
        kinds: [String: UInt16]
    ) {
        self.names = names
        self.messages = messages
        self.fields = fields
        self.members = members
        self.inlinedMembers = inlinedMembers
        self.kinds = kinds
    }

    /// The message of a kind; nil when the table does not have it.
    func message(apiVersion: String, kind: String) -> UInt16? {
        self.kinds[Self.kindName(apiVersion, kind)]
    }

    /// The message of every object's metadata.
    var objectMeta: UInt16? {
        guard let pod = self.message(apiVersion: "v1", kind: "Pod") else { return nil }
        return self.fields[self.messages[Int(pod)].fields].first { $0.number == 1 }?.message
    }

    static func kindName(_ apiVersion: String, _ kind: String) -> String { "\(apiVersion) \(kind)" }

    /// Number of kinds that the table has.
    var kindCount: Int { self.kinds.count }
}

extension Schema {
    struct Message: Sendable {
        var form: Form = .object
        /// Its part of ``Schema/fields``.
        var fields: Range<Int> = 0..<0
        /// Its part of ``Schema/members``.
        var members: Range<Int> = 0..<0
        /// Whether one of its fields is `null` when it is absent.
        var hasNulls = false
        /// Whether one of its fields is a map.
        var hasMaps = false
    }

    /// How a message shows in JSON: as an object of its fields, or as one of the forms that Go code writes.
    enum Form: String, Sendable {
        case object
        /// Seconds and nanoseconds: RFC 3339 in whole seconds; `null` for an empty message.
        case time
        /// The same with six digits of microseconds.
        case microtime
        /// Nanoseconds, as Go's `time.Duration` prints.
        case duration
        /// A string.
        case quantity
        /// 1 which of the two it is, 2 the number, 3 the string.
        case intorstring
        /// JSON in bytes.
        case rawjson
        /// The array that is field 1.
        case list
        /// The map that is field 1.
        case map
        /// 1 a boolean, 2 a schema.
        case schemaorbool
        /// 1 a schema, 2 many.
        case schemaorarray
        /// 1 a schema, 2 strings.
        case schemaorstrings
    }

    struct Field: Sendable {
        var number: UInt32
        var type: FieldType
        var cardinality: Cardinality
        var flags: Flags
        /// Of a message: its place in ``Schema/messages``.
        var message: UInt16 = 0
        /// Its place among the message's members; ``Schema/noMember`` when JSON leaves it out.
        var member = Schema.noMember
        /// Of an inline field: where its part of ``Schema/inlinedMembers`` begins.
        var inlinedMembers = 0

        /// Whether Go writes `null` for it when it is absent: a nil pointer, slice, map or byte slice.
        var isNullWhenAbsent = false

        /// Whether all of its occurrences together are one message.
        var isSingleMessage: Bool {
            self.cardinality == .inline || self.cardinality == .single && self.type == .message
        }
    }

    enum FieldType: UInt8, Sendable {
        case string
        case bytes
        case boolean
        case int32
        case int64
        case uint32
        case double
        case message

        var isVarint: Bool {
            switch self {
            case .boolean, .int32, .int64, .uint32: true
            case .string, .bytes, .double, .message: false
            }
        }
    }

    enum Cardinality: UInt8, Sendable {
        case single
        case repeated
        case map
        /// Its members are the surrounding message's own.
        case inline
    }

    struct Flags: OptionSet, Sendable {
        var rawValue: UInt8
        static let omitEmpty = Flags(rawValue: 1)
        static let omitZero = Flags(rawValue: 2)
        static let pointer = Flags(rawValue: 4)
        /// JSON leaves it out.
        static let hidden = Flags(rawValue: 8)
        /// Newer releases do not have it: read always, written only when it is there.
        static let dropped = Flags(rawValue: 16)
        /// Who set which fields of the object; hidden unless asked for.
        static let managedFields = Flags(rawValue: 32)
    }

    static let noMember = UInt16.max
}

extension Schema {
    /// Kubernetes 1.8 to 1.37, and OpenShift's own groups.
    static let known = SchemaReader.read([
        table(kubernetes_schema_table()), table(openshift_schema_table()),
    ])

    private static func table(_ table: schema_table) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: table.bytes, count: table.count)
    }
}
