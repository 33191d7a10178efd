/// The text of a `Double` as Go prints it outside of JSON (`%v`): with an exponent below 1e-4 and from 1e6.
///
/// Source: golang/go `src/fmt/print.go`, `fmtFloat`.
public func goGeneralText(_ value: Double) -> String {
    GoFloat(value)?.general ?? GoFloat.name(ofSpecial: value)
}
