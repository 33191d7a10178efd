/// The names of a schema's fields, each once, numbered as they come.
struct SchemaNames {
    /// All names, one behind the other.
    private(set) var text: [UInt8] = []
    private(set) var ranges: [Document.TextRange] = []
    /// Numbers by hash, each plus one and 0 where there is none; as many places as a power of two, above twice the names.
    private var places = [UInt16](repeating: 0, count: 1 << 13)

    let dot: UInt16 = 0
    let managedFields: UInt16 = 1

    init() {
        for name in [".", "managedFields"] {
            let bytes = Array(name.utf8)
            _ = bytes.withUnsafeBytes { self.add($0) }
        }
    }

    /// The number of a name; a new one when it was not there.
    mutating func add(_ name: UnsafeRawBufferPointer) -> UInt16 {
        // FNV-1a.
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        var place = Int(hash) & (self.places.count - 1)
        while self.places[place] != 0 {
            let id = self.places[place] - 1
            let range = self.ranges[Int(id)]
            if Int(range.count) == name.count, self.text[range.bytes].elementsEqual(name) { return id }
            place = (place + 1) & (self.places.count - 1)
        }
        let start = UInt32(self.text.count)
        self.ranges.append(Document.TextRange(start: start, count: UInt32(name.count)))
        self.text.append(contentsOf: name)
        self.places[place] = UInt16(self.ranges.count)
        return UInt16(self.ranges.count - 1)
    }

    /// For each name its place when all are in order of their bytes.
    var ranks: [UInt16] {
        let order = self.ranges.indices.sorted {
            self.text[self.ranges[$0].bytes].lexicographicallyPrecedes(self.text[self.ranges[$1].bytes])
        }
        var ranks = [UInt16](repeating: 0, count: order.count)
        for (rank, id) in order.enumerated() { ranks[id] = UInt16(rank) }
        return ranks
    }
}
