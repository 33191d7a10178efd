import ClusterChecks

extension FindingsText {
    /// A suite whose cases are the findings, each a failure, and the checks that found nothing, each a success.
    ///
    /// A finding that is only good to know is a success, and its reason the case's output.
    ///
    /// Source: testmoapp/junitxml, "Common JUnit XML format".
    func junit() -> String {
        var cases: [String] = []
        var failureCount = 0
        for check in self.checks {
            let name = escaped(check.check.rawValue)
            if check.findings.isEmpty {
                cases.append("    <testcase name=\"\(name)\" classname=\"\(name)\"/>")
            }
            for finding in check.findings.kept {
                if finding.severity > .info { failureCount += 1 }
                cases.append(finding.testCase(of: name))
            }
            if check.untoldCount > 0 {
                if check.isUntoldFailure { failureCount += 1 }
                cases.append(check.caseOfUntold)
            }
        }
        let counts = "tests=\"\(cases.count)\" failures=\"\(failureCount)\" errors=\"0\""
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(counts)>
              <testsuite name="registree check \(escaped(self.source))" \(counts) skipped="0">

            """ + cases.map { $0 + "\n" }.joined() + """
                  </testsuite>
                </testsuites>

                """
    }
}

extension CheckFindings {
    /// Whether what is not listed may be worse than good to know: the least grave come last.
    fileprivate var isUntoldFailure: Bool { self.findings.kept.last.map { $0.severity > .info } ?? true }

    fileprivate var caseOfUntold: String {
        let text = "\(counted(self.untoldCount, "finding")) more"
        let content =
            self.isUntoldFailure
            ? "<failure message=\"\(text)\">\(text)</failure>" : "<system-out>\(text)</system-out>"
        return """
                <testcase name="not listed" classname="\(escaped(self.check.rawValue))">
                  \(content)
                </testcase>
            """
    }
}

extension Finding {
    fileprivate func testCase(of check: String) -> String {
        let opening =
            "    <testcase name=\"\(escaped("\(self.objectText): \(self.problem.rule)"))\" classname=\"\(check)\">\n"
        let text = escaped("\(self.reason)\n\(self.remedy)")
        guard self.severity > .info else {
            return opening + "      <system-out>\(text)</system-out>\n    </testcase>"
        }
        return opening
            + "      <failure type=\"\(self.severity.rawValue)\" message=\"\(escaped(self.reason))\">"
            + "\(text)</failure>\n    </testcase>"
    }
}

/// Text within XML; characters that XML does not have become U+FFFD.
///
/// Source: W3C "Extensible Markup Language (XML) 1.0", section 2.2, Char.
private func escaped(_ text: String) -> String {
    var safe = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": safe += "&amp;"
        case "<": safe += "&lt;"
        case ">": safe += "&gt;"
        case "\"": safe += "&quot;"
        case "\n", "\t": safe += "&#\(scalar.value);"
        case _
        where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
            safe += "\u{FFFD}"
        default: safe.unicodeScalars.append(scalar)
        }
    }
    return safe
}
