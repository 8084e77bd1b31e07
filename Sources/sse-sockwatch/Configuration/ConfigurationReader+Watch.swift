import SockDiag
import SockWatch

extension ConfigurationReader {
    /// A range of a watch with the place where it is written.
    private struct PlacedRange {
        var range: ClosedRange<UInt16>
        var place: TextPlace
    }

    mutating func watches(
        _ field: Field,
        defaults: WatchSettings,
        opening opener: AuthorityFile.Opener
    ) -> [WatchConfiguration] {
        guard let items = items(field, example: "`- ports: [8080]`") else { return [] }
        var watches: [WatchConfiguration] = []
        var ledger = PortLedger<TextPlace>()
        var names: [String: (index: Int, place: TextPlace)] = [:]
        let known = ["name", "ports", "side"] + Self.settingKeys + ["companion"]
        for (index, item) in items.enumerated() {
            guard let fields = fields(of: item, known: known) else { continue }
            let name = name(fields["name"], index: index, taken: &names)
            let side = choice(fields["side"], of: WatchedPort.Side.self) ?? .server
            let settings = settings(fields, defaults: defaults)
            let companion = fields["companion"].flatMap { self.companion($0, opening: opener) }
            guard let portsField = required("ports", in: fields, example: "[8080]") else { continue }
            let ranges = ranges(portsField)
            claim(ranges, watch: index, field: portsField, in: &ledger)
            watches.append(
                WatchConfiguration(
                    name: name,
                    ports: PortSet(ranges: ranges.map(\.range)),
                    side: side,
                    settings: settings,
                    companion: companion
                )
            )
        }
        return watches
    }

    private mutating func name(
        _ field: Field?,
        index: Int,
        taken: inout [String: (index: Int, place: TextPlace)]
    ) -> String? {
        guard let field, let name = text(field, example: "orders") else { return nil }
        guard WatchConfiguration.isName(name) else {
            note(
                field,
                "`\(ConfigurationProblem.shown(name))` is not a name; "
                    + "use 1 to \(WatchConfiguration.nameLengthLimit) of a-z A-Z 0-9 _ . : -"
            )
            return nil
        }
        if let first = taken[name] {
            note(
                field,
                "`\(name)` is already the name of watch[\(first.index)] (\(file):\(first.place)); choose another"
            )
            return nil
        }
        taken[name] = (index, field.value.place)
        return name
    }

    /// Reads a list of ports and ranges, or one text with commas between them.
    private mutating func ranges(_ field: Field) -> [PlacedRange] {
        let items: [YAMLNode]
        switch field.value.content {
        case .sequence(let nodes): items = nodes
        case .scalar: items = [field.value]
        case .mapping:
            note(field, "must be a list such as [8080, 9000-9003], but is a mapping")
            return []
        }
        if items.isEmpty { note(field, "names no port; write them like [8080, 9000-9003]") }
        var ranges: [PlacedRange] = []
        for item in items {
            guard let text = text(Field(value: item, path: field.path), example: "8080 or 9000-9003") else { continue }
            do throws(PortSetError) {
                ranges += try PortSet.ranges(in: text).map { PlacedRange(range: $0, place: item.place) }
            } catch {
                note(ConfigurationProblem(at: item.place, path: field.path, error.description))
            }
        }
        return ranges
    }

    private mutating func claim(
        _ ranges: [PlacedRange],
        watch: Int,
        field: Field,
        in ledger: inout PortLedger<TextPlace>
    ) {
        for range in ranges {
            guard let conflict = ledger.claim(range.range, watch: watch, origin: range.place) else {
                continue
            }
            let message =
                switch conflict {
                case .tooMany:
                    "more than \(AgentConfiguration.watchedPortLimit) ports are watched in all; name fewer"
                case .taken(let port, watch, _):
                    "port \(port) is listed twice; remove one of the two"
                case .taken(let port, let other, let place):
                    "port \(port) is already watched by watch[\(other)] (\(file):\(place)); "
                        + "remove it from one of the two"
                }
            note(ConfigurationProblem(at: range.place, path: field.path, message))
        }
    }
}
