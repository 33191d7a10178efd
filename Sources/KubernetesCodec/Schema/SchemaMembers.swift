/// Finds the members of each message's JSON object: its own fields and those of the messages inlined in it.
struct SchemaMembers {
    /// ``Schema/members``.
    private(set) var ranges: [Document.TextRange] = []
    /// ``Schema/inlinedMembers``.
    private(set) var inlined: [UInt16] = []
    private let ranks: [UInt16]
    private let rangeOfRank: [Document.TextRange]
    /// The ranks of the members that `ranges` holds.
    private var rankOfMember: [UInt16] = []
    private var isFound: [Bool] = []

    init(_ names: SchemaNames) {
        let ranks = names.ranks
        var ranges = names.ranges
        for (id, rank) in ranks.enumerated() { ranges[Int(rank)] = names.ranges[id] }
        self.ranks = ranks
        self.rangeOfRank = ranges
    }

    mutating func find(for schema: inout SchemaReader) {
        self.isFound = [Bool](repeating: false, count: schema.messages.count)
        for message in schema.messages.indices { self.find(message, in: &schema) }
    }

    private mutating func find(_ message: Int, in schema: inout SchemaReader) {
        guard !self.isFound[message] else { return }
        self.isFound[message] = true
        let fields = schema.messages[message].fields
        var own: [UInt16] = []
        var ranks: [UInt16] = []
        for index in fields where schema.fields[index].isMember {
            own.append(self.ranks[Int(schema.fieldNames[index])])
        }
        ranks = own
        for index in fields where schema.fields[index].cardinality == .inline {
            let inlined = Int(schema.fields[index].message)
            self.find(inlined, in: &schema)
            for rank in self.rankOfMember[schema.messages[inlined].members] where !ranks.contains(rank) {
                ranks.append(rank)
            }
        }
        ranks.sort()
        let start = self.ranges.count
        for rank in ranks { self.ranges.append(self.rangeOfRank[Int(rank)]) }
        self.rankOfMember += ranks
        schema.messages[message].members = start..<self.ranges.count
        for index in fields { self.place(index, own: own, ranks: ranks, of: message, in: &schema) }
    }

    /// Says which member a field is, or which members the fields of an inlined message are.
    private mutating func place(
        _ index: Int,
        own: [UInt16],
        ranks: [UInt16],
        of message: Int,
        in schema: inout SchemaReader
    ) {
        func member(_ rank: UInt16) -> UInt16 {
            ranks.firstIndex(of: rank).map { UInt16($0) } ?? Schema.noMember
        }
        let field = schema.fields[index]
        if field.isMember {
            schema.fields[index].member = member(self.ranks[Int(schema.fieldNames[index])])
        } else if field.cardinality == .inline {
            schema.fields[index].inlinedMembers = self.inlined.count
            // A name that the message has itself hides the inlined one.
            for rank in self.rankOfMember[schema.messages[Int(field.message)].members] {
                self.inlined.append(own.contains(rank) ? Schema.noMember : member(rank))
            }
        }
        if field.cardinality == .map { schema.messages[message].hasMaps = true }
        if schema.isNullWhenAbsent(field) {
            schema.fields[index].isNullWhenAbsent = true
            schema.messages[message].hasNulls = true
        }
    }
}

extension Schema.Field {
    fileprivate var isMember: Bool { self.cardinality != .inline && !self.flags.contains(.hidden) }
}

extension SchemaReader {
    /// Fields that newer releases dropped are `null` too: the release that stored the object had them.
    fileprivate func isNullWhenAbsent(_ field: Schema.Field) -> Bool {
        guard field.isMember, !field.flags.contains(.omitEmpty) else { return false }
        switch field.cardinality {
        case .repeated, .map: return true
        case .inline: return false
        case .single:
            if field.flags.contains(.pointer) || field.type == .bytes { return true }
            guard field.type == .message else { return false }
            return [.list, .map].contains(self.messages[Int(field.message)].form)
        }
    }
}
