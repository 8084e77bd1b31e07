/// Where a server offers its own numbers, and how they are found in what it answers.
struct CompanionConfiguration: Sendable, Equatable {
    /// `http` or `https`, with a host, without user name and fragment.
    var url: String
    var preset: String = Self.defaultPreset
    /// Nil: the format of the preset.
    var format: Format?
    /// How long the whole exchange may take, 100 ms to 60 s.
    var timeout: Duration = .seconds(2)
    /// What to take instead of what the preset says.
    var metrics: [Value: Metric] = [:]

    static let timeoutRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
    static let defaultPreset = "generic"
    /// The presets that a configuration may name if the caller does not bring a list.
    static let presetNames = [
        "generic", "mercure", "centrifugo", "nchan", "nginx", "nginx-exporter", "pushpin", "haproxy", "envoy",
        "signalr", "hummingbird",
    ]

    enum Format: String, Sendable, CaseIterable {
        /// By the content type of the answer, and by its first bytes.
        case auto
        case prometheus
        case openMetrics = "openmetrics"
        case json
        case keyValue = "key-value"
        case stubStatus = "stub-status"
    }

    /// What the agent wants to know of a server.
    enum Value: String, Sendable, CaseIterable {
        case activeConnections = "active_connections"
        case reconnectionRate = "reconnection_rate"
        case idleTimeoutEvents = "idle_timeout_events"
        case heartbeatMissRate = "heartbeat_miss_rate"
        case heartbeatsExpected = "heartbeats_expected"
        case heartbeatsMissed = "heartbeats_missed"

        /// The kinds that make sense for this value. A share is a gauge in its server's own words.
        var kinds: [Kind] {
            switch self {
            case .activeConnections: [.gauge]
            case .reconnectionRate: [.gauge, .counter]
            case .idleTimeoutEvents, .heartbeatsExpected, .heartbeatsMissed: [.counter]
            case .heartbeatMissRate: [.ratio, .percent, .gauge]
            }
        }
    }

    /// Which samples of the answer make up a value.
    struct Metric: Sendable, Equatable {
        /// The name of the metric; in JSON the path, in key-value text the key.
        var name: String
        /// Labels that a sample must have.
        var labels: [String: LabelMatch] = [:]
        /// What to do with several samples. Nil: add them up, or take the largest if it is a share.
        var aggregate: Aggregate?
        /// What kind of number it is. Nil: as the server declares it.
        var kind: Kind?
    }

    enum LabelMatch: Sendable, Equatable {
        case equals(String)
        /// The source of a regular expression that must match the whole value. Known to compile.
        case matches(String)
    }

    enum Aggregate: String, Sendable, CaseIterable {
        case sum, max, first
    }

    enum Kind: String, Sendable, CaseIterable {
        case gauge, counter
        /// 0 to 1.
        case ratio
        /// 0 to 100.
        case percent
    }

    /// The longest regular expression and the longest metric name, in bytes.
    static let patternLengthLimit = 1000
}
