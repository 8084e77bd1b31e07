internal import HostSystem
internal import SockWatch

/// A check's report as JUnit XML: a suite for each port, a case for each bound. Made so that the stricter readers take
/// it, too: those of Ant's schema want every attribute and element that is here, in this order.
struct JUnitText {
    let report: GateReport
    let hostname: String

    /// A case's outcome. Nil for one that is good.
    private struct Trouble {
        /// `failure` for a broken bound, `error` for a given one that could not be judged, `skipped` for a condition that
        /// could not be.
        let element: String
        let type: String
        let message: String
        let detail: String
    }

    private struct Case {
        let name: String
        let trouble: Trouble?
    }

    var text: String {
        var suites: [(name: String, cases: [Case], output: String)] = report.ports.map { port in
            (port.title, port.judgements.map(Self.testCase), output(port))
        }
        // What kept the check from judging is a case of its own: without ports there would be none that fails.
        if report.status == ExitStatus.failure {
            let trouble = Trouble(element: "error", type: "not_judged", message: report.summary, detail: "")
            suites.insert(("check", [Case(name: "watching", trouble: trouble)], ""), at: 0)
        }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        for (id, suite) in suites.enumerated() {
            text += self.suite(id, name: suite.name, suite.cases, output: suite.output)
        }
        return text + "</testsuites>\n"
    }

    private func suite(_ id: Int, name: String, _ cases: [Case], output: String) -> String {
        func count(_ element: String) -> Int { cases.count { $0.trouble?.element == element } }
        let attributes: KeyValuePairs = [
            "package": "sse-sockwatch",
            "id": "\(id)",
            "name": name,
            // Without fractions and without a zone: the schema wants it so.
            "timestamp": String(report.startedAt.text.prefix(19)),
            "hostname": hostname,
            "tests": "\(cases.count)",
            "failures": "\(count("failure"))",
            "errors": "\(count("error"))",
            "skipped": "\(count("skipped"))",
            "time": "\(report.watched.rounded(toPlaces: 3))",
        ]
        var text = "  <testsuite\(Self.written(attributes))>\n    <properties/>\n"
        for testCase in cases {
            let attributes: KeyValuePairs = [
                "name": testCase.name, "classname": "sse-sockwatch.\(name)", "time": "0",
            ]
            text += "    <testcase\(Self.written(attributes))"
            guard let trouble = testCase.trouble else {
                text += "/>\n"
                continue
            }
            let what: KeyValuePairs = ["type": trouble.type, "message": trouble.message]
            text +=
                ">\n      <\(trouble.element)\(Self.written(what))>\(Self.escaped(trouble.detail))</\(trouble.element)>\n"
            text += "    </testcase>\n"
        }
        return text + "    <system-out>\(Self.escaped(output))</system-out>\n    <system-err/>\n  </testsuite>\n"
    }

    private func output(_ port: GateReport.Port) -> String {
        let findings = port.window.last.findings.map(\.sentence)
        return (findings + port.judgements.map { "\($0.bound.name): \($0.reasonOrEvidence)" }).joined(separator: "\n")
    }

    private static func testCase(_ judgement: Judgement) -> Case {
        let bound = judgement.bound
        switch judgement.verdict {
        case .ok:
            return Case(name: bound.name, trouble: nil)
        case .failed:
            let measured = judgement.measured.map(bound.text) ?? "-"
            let message = bound.isGiven ? "measured \(measured), allowed \(bound.limitText)" : "the condition holds"
            return Case(
                name: bound.name,
                trouble: Trouble(
                    element: "failure",
                    type: bound.name,
                    message: message,
                    detail: judgement.evidence
                )
            )
        case .notJudged(let reason):
            return Case(
                name: bound.name,
                trouble: Trouble(
                    element: bound.isGiven ? "error" : "skipped",
                    type: "not_judged",
                    message: "not judged: \(reason)",
                    detail: ""
                )
            )
        }
    }

    private static func written(_ attributes: KeyValuePairs<String, String>) -> String {
        // A line feed would be read as a space.
        attributes.map { attribute in
            let value = escaped(attribute.value).split(separator: "\n", omittingEmptySubsequences: false)
            return " \(attribute.key)=\"\(value.joined(separator: "&#10;"))\""
        }.joined()
    }

    /// As text and as an attribute's value. XML has no way to write most control characters.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "?"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
