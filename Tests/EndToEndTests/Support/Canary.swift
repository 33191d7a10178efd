import Foundation

/// A text that must not be seen, and the forms in which it could be.
struct Canary {
    let text: String
    /// What gives it away: itself, its base64 wherever in a value it stands, and its hexadecimal digits.
    private let forms: [String]

    init(_ text: String) {
        self.text = text
        let bytes = Data(text.utf8)
        var forms = [text, bytes.map { String(format: "%02x", $0) }.joined()]
        for shift in 0..<3 {
            // The digits at both ends tell of the bytes beside it as well.
            let digits = (Data(repeating: 0, count: shift) + bytes).base64EncodedString()
            let end = digits.count - (digits.hasSuffix("==") ? 3 : digits.hasSuffix("=") ? 2 : 0)
            forms.append(String(digits.prefix(end).dropFirst([0, 2, 3][shift])))
        }
        self.forms = forms
    }

    /// The part of a text that shows it; nil when it is not seen.
    func part(of text: String) -> String? {
        let lower = text.lowercased()
        for (number, form) in self.forms.enumerated() {
            let range = number < 2 ? lower.range(of: form.lowercased()) : text.range(of: form)
            guard let range else { continue }
            let whole = number < 2 ? lower : text
            let start =
                whole.index(range.lowerBound, offsetBy: -60, limitedBy: whole.startIndex) ?? whole.startIndex
            return String(whole[start..<range.upperBound])
        }
        return nil
    }
}
