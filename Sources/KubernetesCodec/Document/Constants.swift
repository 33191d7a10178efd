/// Values that come from nowhere but the program, to stand beside those of an object.
extension Value {
    public init(_ string: String) {
        var document = Document(sharing: Array(string.utf8))
        document.nodes[Int(Document.rootNode)].kind = .string
        document.nodes[Int(Document.rootNode)].textRange = document.textRange(from: 0)
        self = document.root
    }

    public init(_ integer: Int64) {
        var document = Document()
        document.nodes[Int(Document.rootNode)].kind = .integer
        document.nodes[Int(Document.rootNode)].payload = UInt64(bitPattern: integer)
        self = document.root
    }

    public init(_ boolean: Bool) {
        var document = Document()
        document.nodes[Int(Document.rootNode)].kind = boolean ? .true : .false
        self = document.root
    }

    /// A number that stays a floating-point one even if it is whole.
    public init(_ double: Double) {
        self.init(goFloatText(double))
        var document = self.document
        document.nodes[Int(Document.rootNode)].kind = .number
        self = document.root
    }
}
