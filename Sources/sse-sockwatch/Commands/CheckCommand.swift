internal import ArgumentParser
internal import Glibc
internal import SystemPackage

/// The gate for pipelines and staging.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Watch the ports for a while and judge them: a gate for pipelines.",
        discussion: """
            Each bound is held against each watched port. Without bounds, no condition but healthy may hold at the end.

            Levels (established, close-wait, stuck, half-open, drift, conditions) are those at the end: a bound is broken \
            when each of the last three samples breaks it. Heartbeats and reconnections are taken over all of the time.

            A bound that was given and cannot be judged fails the check, with the reason. Samples are taken every second, \
            twenty times when that is more, and at the configured interval when that is shorter; fewer where they would \
            cost more than cpu_budget.

            Exit codes: 0 all bounds hold; 1 one is broken or could not be judged; 2 used wrongly, no answer from the \
            kernel, ended by a signal, or the report could not be written.
            """
    )

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long to watch, 1s to 1d; 60s if not given.", valueName: "duration"),
        transform: { try Self.duration($0) }
    )
    var window = Duration.seconds(60)

    @Option(
        help: ArgumentHelp("Fewest connections in ESTABLISHED.", valueName: "n"),
        transform: { Bound.minEstablished(try BoundText.count($0)) }
    )
    var minEstablished: Bound?

    @Option(
        help: ArgumentHelp("Most sockets in CLOSE_WAIT.", valueName: "n"),
        transform: { Bound.maxCloseWait(try BoundText.count($0)) }
    )
    var maxCloseWait: Bound?

    @Option(
        help: ArgumentHelp("Most sockets in CLOSE_WAIT for longer than close_wait_stuck_after.", valueName: "n"),
        transform: { Bound.maxStuck(try BoundText.count($0)) }
    )
    var maxStuck: Bound?

    @Option(
        help: ArgumentHelp(
            "Largest share of heartbeats missed, as the kernel saw them: 2% or 0.02. One that a silent connection still "
                + "waits for counts as missed.",
            valueName: "share"
        ),
        transform: { Bound.maxHeartbeatMiss(try BoundText.share($0)) }
    )
    var maxHeartbeatMiss: Bound?

    @Option(
        help: ArgumentHelp(
            "Most connections whose peers do not answer, or with % their share of the established ones.",
            valueName: "n|n%"
        ),
        transform: { try BoundText.halfOpen($0) }
    )
    var maxHalfOpen: Bound?

    @Option(
        help: ArgumentHelp(
            "By how many connections the server's own number may be off the kernel's, in either direction.",
            valueName: "n"
        ),
        transform: { Bound.maxDrift(try BoundText.count($0)) }
    )
    var maxDrift: Bound?

    @Option(
        help: ArgumentHelp(
            "Most reconnections a second, as the kernel saw them: connections opened in place of one that had ended. "
                + "First connections are none.",
            valueName: "rate"
        ),
        transform: { Bound.maxReconnectRate(try BoundText.rate($0)) }
    )
    var maxReconnectRate: Bound?

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    @Option(help: ArgumentHelp("Write a JUnit report, whatever the outcome.", valueName: "file"))
    var junit: String?

    @OptionGroup var watching: ConfigurationOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var collectors: CollectorOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        func refuse(_ bound: Bound?, unless isOn: Bool, _ flag: String) throws {
            guard let bound, !isOn else { return }
            throw ValidationError("--\(bound.name) cannot be judged with \(flag); leave one of them out")
        }
        try refuse(maxDrift, unless: collectors.readsCompanions, "--no-collector.companion")
        try refuse(maxHeartbeatMiss, unless: collectors.followsConnections, "--no-collector.evidence")
        try refuse(maxHalfOpen, unless: collectors.followsConnections, "--no-collector.evidence")
        let seesReconnections = collectors.followsConnections || collectors.hearsEvents
        try refuse(maxReconnectRate, unless: seesReconnections, "--no-collector.evidence --no-collector.events")
    }

    func run() async throws {
        let configuration = try namespaces.apply(to: try watching.load())
        // Now, and not after a minute of watching.
        let destination = try junit.map { try FileDestination($0, permissions: Self.readableByAll) }
        let gate = Gate(
            configuration: configuration,
            bounds: bounds,
            window: window,
            collectors: collectors.collectors,
            logger: log.logger,
            progress: GateProgress()
        )
        let report = try await gate.run()
        if json {
            let bytes = try JSONText.bytes(of: GateDocument(report), pretty: true)
            Terminal.write(String(decoding: bytes, as: UTF8.self), to: STDOUT_FILENO)
        } else {
            Terminal.print(GateText(report: report).text)
        }
        try destination?.write(JUnitText(report: report, hostname: Self.hostname).text)
        guard report.status == ExitStatus.ok else { throw ExitCode(report.status) }
    }

    /// Those that were given, in the order of the help.
    private var bounds: [Bound] {
        [minEstablished, maxCloseWait, maxStuck, maxHeartbeatMiss, maxHalfOpen, maxDrift, maxReconnectRate]
            .compactMap(\.self)
    }

    /// Other users collect reports.
    private static let readableByAll: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]

    private static var hostname: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0, name[0] != 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func duration(_ text: String) throws -> Duration {
        do {
            return try DurationText.parse(text, in: .seconds(1) ... .seconds(86_400))
        } catch {
            throw BoundText.Problem(description: error.message)
        }
    }
}
