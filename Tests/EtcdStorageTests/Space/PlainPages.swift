import Foundation

/// A second account of a bbolt file's pages, made by walking them without the library.
struct PlainPages {
    private let data: Data
    let pageSize: Int
    let pageCount: Int
    /// Pages that a tree has.
    private(set) var reached: Set<UInt64> = []
    /// Pages of the list of free pages.
    private(set) var freelistPageCount = 0
    /// Headers, elements, keys and values on the reached pages, in bytes.
    private(set) var filled = 0
    /// Keys and values by bucket, in bytes.
    private(set) var pairs: [String: Int] = [:]

    init(_ data: Data) {
        self.data = data
        let first = 16
        self.pageSize = Int(data.number(UInt32.self, at: first + 8))
        let second = self.pageSize + 16
        let isSecond = data.number(UInt64.self, at: second + 48) > data.number(UInt64.self, at: first + 48)
        let meta = isSecond ? second : first
        self.pageCount = Int(data.number(UInt64.self, at: meta + 40))
        let freelist = data.number(UInt64.self, at: meta + 32)
        if freelist != .max {
            self.freelistPageCount = 1 + Int(data.number(UInt32.self, at: Int(freelist) * self.pageSize + 12))
        }
        self.walk(data.number(UInt64.self, at: meta + 16), bucket: nil)
    }

    var freePageCount: Int { self.pageCount - 2 - self.freelistPageCount - self.reached.count }
    var slack: Int { self.reached.count * self.pageSize - self.filled }

    private mutating func walk(_ page: UInt64, bucket: String?) {
        let start = Int(page) * self.pageSize
        let overflow = UInt64(self.data.number(UInt32.self, at: start + 12))
        for number in page...page + overflow { self.reached.insert(number) }
        if self.data.number(UInt16.self, at: start + 8) == 1 {
            self.walkBranch(start, bucket: bucket)
        } else {
            self.walkLeaf(start, bucket: bucket)
        }
    }

    private mutating func walkBranch(_ start: Int, bucket: String?) {
        let count = Int(self.data.number(UInt16.self, at: start + 10))
        self.filled += 16 + 16 * count
        for index in 0..<count {
            let element = start + 16 + 16 * index
            self.filled += Int(self.data.number(UInt32.self, at: element + 4))
            self.walk(self.data.number(UInt64.self, at: element + 8), bucket: bucket)
        }
    }

    private mutating func walkLeaf(_ start: Int, bucket: String?) {
        let count = Int(self.data.number(UInt16.self, at: start + 10))
        self.filled += 16 + 16 * count
        for index in 0..<count {
            let element = start + 16 + 16 * index
            let key = element + Int(self.data.number(UInt32.self, at: element + 4))
            let keySize = Int(self.data.number(UInt32.self, at: element + 8))
            let valueSize = Int(self.data.number(UInt32.self, at: element + 12))
            guard self.data.number(UInt32.self, at: element) == 1 else {
                self.filled += keySize + valueSize
                self.pairs[bucket ?? "", default: 0] += keySize + valueSize
                continue
            }
            let name = String(decoding: self.data[key..<key + keySize], as: UTF8.self)
            let root = self.data.number(UInt64.self, at: key + keySize)
            self.filled += keySize + 16
            if root == 0 {
                self.walkLeaf(key + keySize + 16, bucket: name)
            } else {
                self.walk(root, bucket: name)
            }
        }
    }
}

extension Data {
    fileprivate func number<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        let bytes = self[offset..<offset + MemoryLayout<Value>.size]
        return bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
    }
}
