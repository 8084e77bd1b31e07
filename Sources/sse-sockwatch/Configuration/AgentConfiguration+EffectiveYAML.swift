import Companion
import SockDiag
import SockWatch

extension AgentConfiguration {
    /// The configuration with its defaults written out (but for those of a preset), as YAML that reads as an equal
    /// configuration. The same value always gives the same text.
    var effectiveYAML: String {
        var writer = YAMLWriter()
        writer.line("sampling:")
        writer.indented { writer in
            writer.line("interval: \(DurationText.text(sampling.interval))")
            writer.line("cpu_budget: \(PercentText.text(sampling.cpuBudgetPercent))")
        }
        writer.line("evidence:")
        writer.indented { writer in
            writer.line("sample_above: \(evidence.sampleAbove)")
            writer.line("tracked_sockets_limit: \(evidence.trackedSocketsLimit)")
            writer.line("event_buffer_bytes: \(evidence.eventBufferBytes)")
        }
        writer.line("defaults:")
        writer.indented { $0.settings(defaults) }
        if watches.isEmpty {
            writer.line("watch: []  # every listening port of this machine")
        } else {
            writer.line("watch:")
            writer.indented { writer in
                for watch in watches { writer.item { $0.watch(watch) } }
            }
        }
        let namespaces = namespaces.names.map { $0 == "self" || $0 == "all" ? $0 : YAMLWriter.quoted($0) }
        writer.line("network_namespaces: [\(namespaces.joined(separator: ", "))]")
        return writer.text
    }
}

/// Writes indented lines of YAML.
private struct YAMLWriter {
    private(set) var text = ""
    private var depth = 0
    private var beginsItem = false

    mutating func line(_ line: String) {
        text += String(repeating: "  ", count: beginsItem ? depth - 1 : depth) + (beginsItem ? "- " : "") + line + "\n"
        beginsItem = false
    }

    mutating func indented(_ body: (inout YAMLWriter) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// An item of a list; its first line gets the dash.
    mutating func item(_ body: (inout YAMLWriter) -> Void) {
        beginsItem = true
        indented(body)
    }

    mutating func settings(_ settings: WatchSettings) {
        line("heartbeat_interval: \(settings.heartbeatInterval.map(DurationText.text) ?? "none")")
        line("close_wait_stuck_after: \(DurationText.text(settings.closeWaitStuckAfter))")
        line("close_wait_window: \(DurationText.text(settings.closeWaitWindow))")
    }

    mutating func watch(_ watch: WatchConfiguration) {
        if let name = watch.name { line("name: \(Self.quoted(name))") }
        line("ports: [\(watch.ports.items.joined(separator: ", "))]")
        line("side: \(watch.side.rawValue)")
        settings(watch.settings)
        guard let companion = watch.companion else { return }
        line("companion:")
        indented { writer in
            writer.line("url: \(Self.quoted(companion.url))")
            writer.line("preset: \(Self.quoted(companion.preset.name))")
            if let format = companion.format { writer.line("format: \(format.rawValue)") }
            if let file = companion.authorityFile { writer.line("ca_file: \(Self.quoted(file.name))") }
            writer.line("timeout: \(DurationText.text(companion.timeout))")
            guard !companion.metrics.isEmpty else { return }
            writer.line("metrics:")
            writer.indented { writer in
                for value in CompanionValue.allCases {
                    guard let rule = companion.metrics[value] else { continue }
                    writer.line("\(value.rawValue):")
                    writer.indented { $0.rule(rule) }
                }
            }
        }
    }

    private mutating func rule(_ rule: CompanionRule) {
        line("name: \(Self.quoted(rule.name.source))")
        if !rule.labels.isEmpty {
            line("labels:")
            indented { writer in
                for label in rule.labels {
                    let value = Self.quoted(label.value.source)
                    writer.line(
                        "\(Self.quoted(label.name)): " + (label.value.isExpression ? "{ regex: \(value) }" : value)
                    )
                }
            }
        }
        if let aggregate = rule.aggregate { line("aggregate: \(aggregate.rawValue)") }
        if let kind = rule.kind { line("kind: \(kind.rawValue)") }
    }

    /// In double quotes, with everything escaped that YAML or a terminal could take for something else.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: quoted += "\\\(scalar)"
            case 0x20...0x7E: quoted.unicodeScalars.append(scalar)
            default:
                let isVisible = scalar.properties.isAlphabetic && scalar.value <= 0xFFFF
                if isVisible {
                    quoted.unicodeScalars.append(scalar)
                } else {
                    let hex = String(scalar.value, radix: 16, uppercase: true)
                    quoted += "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
                }
            }
        }
        return quoted + "\""
    }
}
