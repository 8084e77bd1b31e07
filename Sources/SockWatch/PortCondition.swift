/// What is happening on a port. Several can be true at once; a port with none of the others is healthy.
public enum PortCondition: String, CaseIterable, Hashable, Sendable {
    /// There is no good sample, or the last one is too old to say anything.
    case unknown
    /// Nobody listens on the port.
    case noListener = "no_listener"
    /// Sockets have been in CLOSE_WAIT for longer than the port's bound.
    case closeWaitStuck = "close_wait_stuck"
    /// The floor of the CLOSE_WAIT count rises: sockets enter CLOSE_WAIT faster than the server closes them.
    case closeWaitAccumulating = "close_wait_accumulating"
    /// An accept queue is nearly full: the server does not accept as fast as clients connect.
    case backlogged
    /// The peers of many connections no longer answer.
    case halfOpen = "half_open"
    /// Many connections have had no heartbeat.
    case silent
    /// Many connections that had ended are opened again within a short time.
    case reconnectStorm = "reconnect_storm"
    /// Many peers read more slowly than the server writes.
    case slowConsumers = "slow_consumers"
    /// The server's own number of connections keeps being far from the kernel's.
    case drifting
    case healthy
}

/// A condition that holds, with the facts that led to it.
public struct Finding: Hashable, Sendable {
    /// A number that was measured, in the unit that its name ends on, or a plain count.
    public struct Fact: Hashable, Sendable {
        public let name: String
        public let value: Double
    }

    public let condition: PortCondition
    public let facts: [Fact]
    /// The facts as a sentence.
    public let sentence: String

    init(_ condition: PortCondition, _ sentence: String, _ facts: KeyValuePairs<String, Double> = [:]) {
        self.condition = condition
        self.sentence = sentence
        self.facts = facts.map { Fact(name: $0.key, value: $0.value) }
    }
}
