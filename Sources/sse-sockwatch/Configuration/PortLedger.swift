/// Remembers which watch has which port, so that no port is watched twice and there are not too many of them.
///
/// The side does not matter: metrics know a port by its number alone.
struct PortLedger<Origin> {
    enum Conflict {
        /// The port is already watched, by the watch of this index, as said at `origin`.
        case taken(port: UInt16, watch: Int, origin: Origin)
        /// More than ``AgentConfiguration/watchedPortLimit`` in all. Told once.
        case tooMany
    }

    private var owners: [UInt16: (watch: Int, origin: Origin)] = [:]
    private var isFull = false

    /// Gives the ports of a range to a watch, up to the first conflict: what repeats a large range a hundred thousand
    /// times is refused without walking each of them.
    /// - Returns: the first conflict, if there is one.
    mutating func claim(_ range: ClosedRange<UInt16>, watch: Int, origin: Origin) -> Conflict? {
        for port in range {
            if let owner = owners[port] { return .taken(port: port, watch: owner.watch, origin: owner.origin) }
            guard owners.count < AgentConfiguration.watchedPortLimit else {
                defer { isFull = true }
                return isFull ? nil : .tooMany
            }
            owners[port] = (watch, origin)
        }
        return nil
    }
}
