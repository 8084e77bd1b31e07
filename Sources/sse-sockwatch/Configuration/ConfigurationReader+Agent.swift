extension ConfigurationReader {
    /// Reads a whole configuration; what could not be read is a default, and noted.
    mutating func agent(_ root: YAMLNode, opening opener: AuthorityFile.Opener) -> AgentConfiguration {
        var configuration = AgentConfiguration()
        let known = ["sampling", "evidence", "defaults", "watch", "network_namespaces"]
        guard let fields = fields(of: Field(value: root, path: .root), known: known) else { return configuration }
        if let field = fields["sampling"] { configuration.sampling = sampling(field) }
        if let field = fields["evidence"] { configuration.evidence = evidence(field) }
        if let field = fields["defaults"] {
            let known = Self.settingKeys
            if let fields = self.fields(of: field, known: known) {
                configuration.defaults = settings(fields, defaults: WatchSettings())
            }
        }
        if let field = fields["watch"] {
            configuration.watches = watches(field, defaults: configuration.defaults, opening: opener)
        }
        if let field = fields["network_namespaces"] { configuration.namespaces = namespaces(field) }
        return configuration
    }

    private mutating func sampling(_ field: Field) -> AgentConfiguration.Sampling {
        var sampling = AgentConfiguration.Sampling()
        guard let fields = fields(of: field, known: ["interval", "cpu_budget"]) else { return sampling }
        if let interval = duration(fields["interval"], in: AgentConfiguration.intervalRange) {
            sampling.interval = interval
        }
        if let percent = percent(fields["cpu_budget"], in: AgentConfiguration.cpuBudgetPercentRange) {
            sampling.cpuBudgetPercent = percent
        }
        return sampling
    }

    static let evidenceKeys = ["sample_above", "tracked_sockets_limit", "event_buffer_bytes"]

    private mutating func evidence(_ field: Field) -> AgentConfiguration.Evidence {
        var evidence = AgentConfiguration.Evidence()
        guard let fields = fields(of: field, known: Self.evidenceKeys) else { return evidence }
        let range = AgentConfiguration.followedSocketsRange
        if let number = wholeNumber(fields["sample_above"], in: range) { evidence.sampleAbove = number }
        if let number = wholeNumber(fields["tracked_sockets_limit"], in: range) {
            evidence.trackedSocketsLimit = number
        }
        if let bytes = wholeNumber(fields["event_buffer_bytes"], in: AgentConfiguration.eventBufferRange) {
            evidence.eventBufferBytes = bytes
        }
        return evidence
    }

    static let settingKeys = ["heartbeat_interval", "close_wait_stuck_after", "close_wait_window"]

    /// The thresholds among the fields of `defaults` or of a watch.
    mutating func settings(_ fields: Fields, defaults: WatchSettings) -> WatchSettings {
        var settings = defaults
        let range = WatchSettings.thresholdRange
        if let field = fields["heartbeat_interval"] {
            if case .scalar("none", _) = field.value.content {
                settings.heartbeatInterval = nil
            } else if let interval = duration(field, in: range) {
                settings.heartbeatInterval = interval
            }
        }
        if let time = duration(fields["close_wait_stuck_after"], in: range) { settings.closeWaitStuckAfter = time }
        if let window = duration(fields["close_wait_window"], in: range) { settings.closeWaitWindow = window }
        return settings
    }
}
