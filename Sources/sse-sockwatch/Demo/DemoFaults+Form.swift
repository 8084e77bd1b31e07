/// Why a change of the demo's faults was refused; nothing was changed.
struct DemoFaultsError: Error, Equatable, CustomStringConvertible {
    let description: String
}

extension DemoFaults {
    private enum Switch: String, CaseIterable {
        case leak
        case skipHeartbeats = "skip_heartbeats"
        case dropAccept = "drop_accept"
        case idleLimit = "idle_limit"
        case heal
    }

    /// Changes the switches that a query string or form names, all or none.
    ///
    /// `leak`, `drop_accept`: `on` or `off`. `skip_heartbeats`: a share, 0...1. `idle_limit`: seconds up to a day, or
    /// `off`. `heal=on` turns every fault off before the other switches of the same form are applied.
    mutating func change(form: String) throws(DemoFaultsError) {
        var given: [Switch: String] = [:]
        for pair in form.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(halves[0])
            guard let key = Switch(rawValue: name) else {
                throw DemoFaultsError(description: "'\(name)' is not a switch; \(Self.usage)")
            }
            guard given[key] == nil else {
                throw DemoFaultsError(description: "\(name) is given twice; give it once")
            }
            given[key] = halves.count == 2 ? Self.decoded(halves[1]) : ""
        }
        guard !given.isEmpty else {
            throw DemoFaultsError(description: "no switch is given; \(Self.usage)")
        }

        var changed = self
        if let value = given[.heal], try Self.isOn(value, .heal) { changed = DemoFaults() }
        if let value = given[.leak] { changed.leak = try Self.isOn(value, .leak) }
        if let value = given[.dropAccept] { changed.dropAccept = try Self.isOn(value, .dropAccept) }
        if let value = given[.skipHeartbeats] { changed.skipHeartbeats = try Self.share(value) }
        if let value = given[.idleLimit] { changed.idleLimit = try Self.limit(value) }
        self = changed
    }

    private static let usage =
        "the switches are " + Switch.allCases.map(\.rawValue).joined(separator: ", ")
        + ", for instance leak=on&skip_heartbeats=0.1"

    private static func isOn(_ value: String, _ key: Switch) throws(DemoFaultsError) -> Bool {
        switch value {
        case "on": return true
        case "off": return false
        default: throw DemoFaultsError(description: "\(key.rawValue)=\(value): give on or off")
        }
    }

    private static func share(_ value: String) throws(DemoFaultsError) -> Double {
        guard let share = Double(value), (0...1).contains(share) else {
            throw DemoFaultsError(
                description: "skip_heartbeats=\(value): give the share of heartbeats to leave out, 0 to 1"
            )
        }
        return share
    }

    private static func limit(_ value: String) throws(DemoFaultsError) -> Duration? {
        if value == "off" { return nil }
        guard let seconds = Double(value), seconds >= 0.01, seconds <= 86400 else {
            throw DemoFaultsError(description: "idle_limit=\(value): give seconds, 0.01 to 86400, or off")
        }
        return .seconds(seconds)
    }

    /// Undoes the encoding of a form: `+` for a space, `%2E` for a byte. What is not valid encoding stays as it is, and
    /// is then refused as a value.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let code = UInt8(String(text: rest.prefix(2)), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    fileprivate init(text: Substring.UTF8View) { self = String(decoding: text, as: UTF8.self) }
}
