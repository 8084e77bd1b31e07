internal import HTTPTypes
internal import HostSystem
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import MetricsExport
internal import NIOCore
internal import ServiceLifecycle
internal import SockWatch

/// The agent's web server.
struct WebServer: Service {
    struct Settings: Sendable {
        var address = ListenAddress.standard
        var telemetryPath = "/metrics"
        var includesAgentMetrics = true
        /// More clients than these wait in the kernel's accept queue.
        var mostConnections = 256
        /// A connection on which nothing is written for so long is closed. Longer than the longest wait for a sample,
        /// and no multiple of the usual scrape intervals, so that a scrape seldom meets the closing.
        var longestSilence = Duration.seconds(70)
        /// A connection on which no whole request head has come for so long is closed.
        var firstRequestWithin = Duration.seconds(10)
    }

    let settings: Settings
    let observatory: Observatory
    private let expositions = Expositions()
    let logger: Logger
    /// Told the port once it listens.
    let onListening: @Sendable (Int) -> Void

    func run() async throws {
        let application = Application(
            router: router,
            server: .http1(configuration: connections),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.address.bindHost, port: Int(settings.address.port)),
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(mostConnections, logger: quietLogger)
            ),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? Int(settings.address.port)) },
            logger: quietLogger
        )
        do {
            try await application.run()
        } catch let error as IOError {
            throw cannotListen(SystemCallError(operation: "bind", number: error.errnoCode).reason)
        } catch is SocketAddressError.UnknownHost {
            throw cannotListen("the name \(settings.address.host) cannot be resolved")
        }
    }

    private func cannotListen(_ reason: String) -> CommandFailure {
        CommandFailure("cannot listen on \(settings.address): \(reason); choose another with --web.listen-address")
    }

    /// Hummingbird tells of its start, its stop and each client that hangs up; the agent has its own words for that.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.critical, logger.logLevel)
        return quiet
    }

    /// Where everything but the metrics is.
    static let ownPaths = ["/", "/-/healthy", "/-/ready", "/api/v1/snapshot", ownersPath]

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AnswerCounter(observatory: observatory))
        router.add(middleware: PlainErrors(paths: Self.ownPaths + [settings.telemetryPath]))
        router.get(RouterPath(settings.telemetryPath)) { request, _ in await metrics(request) }
        router.get("/") { _, _ in
            let observation = await observatory.observe(within: .seconds(2))
            let page = StatusPage(
                observation: observation,
                telemetryPath: settings.telemetryPath,
                tellsOwners: observatory.tellsOwners,
                now: MonotonicInstant.now
            )
            return WebServer.answer(.ok, type: "text/html; charset=utf-8", Array(page.html.utf8))
        }
        router.get("/api/v1/snapshot") { _, _ in
            let observation = await observatory.observe(within: .seconds(2))
            let document = SnapshotDocument(observation, now: MonotonicInstant.now)
            return WebServer.answer(.ok, type: "application/json; charset=utf-8", try JSONText.bytes(of: document))
        }
        router.get(RouterPath(Self.ownersPath)) { request, _ in try await owners(request) }
        router.get("/-/healthy") { _, _ in WebServer.plain(.ok, "sse-sockwatch is healthy.\n") }
        router.get("/-/ready") { _, _ in
            observatory.isReady
                ? WebServer.plain(.ok, "sse-sockwatch is ready.\n")
                : WebServer.plain(.serviceUnavailable, "sse-sockwatch has not sampled the kernel yet.\n")
        }
        return router
    }

    private func metrics(_ request: Request) async -> Response {
        let format = ExpositionFormat.negotiate(accept: request.headers[.accept])
        let observation = await observatory.observe(within: Self.patience(request))
        let shared = await expositions.text(of: observation, as: format)
        let agent = settings.includesAgentMetrics ? observation.agent : nil
        let end = ByteBuffer(bytes: MetricsRenderer.renderEnd(agent: agent, format: format))
        return Self.answer(.ok, type: format.contentType, ResponseBody(contentsOf: [shared, end]))
    }

    /// How long a scrape may wait for a fresh sample: half a second less than Prometheus waits for the scrape.
    private static func patience(_ request: Request) -> Duration {
        let header = HTTPField.Name("X-Prometheus-Scrape-Timeout-Seconds").flatMap { request.headers[$0] }
        guard let header, let seconds = Double(header), seconds.isFinite else { return .seconds(5) }
        return .seconds(min(max(seconds - 0.5, 0.1), 60))
    }

    static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        answer(status, type: "text/plain; charset=utf-8", Array(text.utf8))
    }

    static func answer(_ status: HTTPResponse.Status, type: String, _ body: [UInt8]) -> Response {
        answer(status, type: type, ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private static func answer(_ status: HTTPResponse.Status, type: String, _ body: ResponseBody) -> Response {
        Response(status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: body)
    }
}
