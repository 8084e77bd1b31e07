import SockDiag
import SockWatch

/// What the agent is told to do: which ports to watch, how often, by which thresholds. An immutable value; a reload makes
/// a new one.
struct AgentConfiguration: Sendable, Equatable {
    var sampling = Sampling()
    var evidence = Evidence()
    /// What a watch uses where it says nothing itself.
    var defaults = WatchSettings()
    /// Empty means: every listening port of this machine.
    var watches: [WatchConfiguration] = []
    var namespaces = NamespaceSelection.own

    struct Sampling: Sendable, Equatable {
        /// Time between two samples, 100 ms to 1 h.
        var interval: Duration = .seconds(5)
        /// How much of one core the agent may use, in percent, 0.1 to 100.
        var cpuBudgetPercent: Double = 2
    }

    /// How many connections are followed one by one.
    struct Evidence: Sendable, Equatable {
        /// Of a port with more connections only a share is followed, and scaled.
        var sampleAbove = EvidenceSettings().sampleAbove
        /// The most sockets, of all ports together, that are followed.
        var trackedSocketsLimit = EvidenceSettings().trackedSocketsLimit
        /// Bytes asked of the kernel for the events of connections that end.
        var eventBufferBytes = 4 << 20
    }

    static let intervalRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)
    static let cpuBudgetPercentRange: ClosedRange<Double> = 0.1...100
    /// Of both numbers of ``Evidence``. A share of fewer than a hundred says little of the others; ten million take about
    /// a gigabyte.
    static let followedSocketsRange = 100...10_000_000
    /// Room for a few events, and for hundreds of thousands.
    static let eventBufferRange = 4096...(256 << 20)
    /// How many ports all watches may hold together. More make more series than a Prometheus should get from one agent.
    static let watchedPortLimit = 1024
}

/// Thresholds by which the sockets of a port are judged.
struct WatchSettings: Sendable, Equatable {
    /// How often the server sends a heartbeat, 100 ms to 1 d. Nil if it sends none, or it is not known.
    var heartbeatInterval: Duration?
    /// How long a socket may stay in CLOSE_WAIT before it counts as stuck, 100 ms to 1 d.
    var closeWaitStuckAfter: Duration = .seconds(60)
    /// The stretch of time over which a rising number of CLOSE_WAIT sockets is called accumulation, 100 ms to 1 d.
    var closeWaitWindow: Duration = .seconds(120)

    static let thresholdRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(86_400)
}

/// Ports that are watched together.
struct WatchConfiguration: Sendable, Equatable {
    /// For people and for the label of `port_info`: 1 to 64 of `a-z A-Z 0-9 _ . : -`; no two watches share one.
    var name: String?
    var ports: PortSet
    var side = WatchedPort.Side.server
    /// Complete: the defaults are already filled in.
    var settings = WatchSettings()
    var companion: CompanionConfiguration?

    static let nameLengthLimit = 64

    static func isName(_ text: String) -> Bool {
        (1...nameLengthLimit).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "_.:-".contains($0) }
    }
}
