internal import ArgumentParser
internal import Logging

/// How log lines look on standard error.
enum LogFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case logfmt
    case json

    /// One line without its newline.
    func line(_ event: LogLine) -> String {
        switch self {
        case .logfmt:
            event.fields.map { "\($0.name)=\(Self.logfmtValue($0.value))" }.joined(separator: " ")
        case .json:
            "{" + event.fields.map { "\(Self.quoted($0.name)):\(Self.quoted($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private static func logfmtValue(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && !isControl($0) }
        return isPlain ? value : quoted(value)
    }

    /// What could steer a terminal, or end the line for some reader.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    /// A string as JSON has it, which logfmt readers understand, too.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// The fields of one log line, in order.
struct LogLine {
    let fields: [(name: String, value: String)]

    init(time: String, level: Logger.Level, message: String, metadata: Logger.Metadata) {
        fields =
            [("ts", time), ("level", level == .warning ? "warn" : level.rawValue), ("msg", message)]
            + metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    }
}
