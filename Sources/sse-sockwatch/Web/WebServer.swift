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
        var telemetryPath = "/metrics"
        var includesAgentMetrics = true
        /// More scrapes than these at one time are refused. 0 for no limit.
        var mostScrapes = 40
        /// Whether the configuration may be read again on request.
        var enablesLifecycle = false
        /// Where more clients than these would be connected to an address, those that have been silent longest go.
        var mostConnections = 256
        /// A connection on which nothing is written for so long is closed. Longer than the longest wait for a sample,
        /// and no multiple of the usual scrape intervals, so that a scrape seldom meets the closing.
        var longestSilence = Duration.seconds(70)
        /// A connection on which no whole request head has come for so long is closed.
        var firstRequestWithin = Duration.seconds(10)
        /// So long answers may take when the agent ends, which it has to within five seconds.
        var longestFarewell = Duration.seconds(3)

        var patience: ConnectionWatch.Patience {
            ConnectionWatch.Patience(
                firstRequest: TimeAmount(firstRequestWithin),
                silence: TimeAmount(longestSilence),
                farewell: TimeAmount(longestFarewell)
            )
        }
    }

    let settings: Settings
    let listeners: [WebListener]
    let observatory: Observatory
    /// Reads the configuration again.
    let reload: @Sendable () async -> Reloader.Outcome
    let security: WebSecurity
    private let authenticator = Authenticator()
    private let expositions = Expositions()
    private let scrapes: RequestLimit
    let logger: Logger
    /// Told each listener once it listens.
    let onListening: @Sendable (WebListener) -> Void

    init(
        settings: Settings,
        listeners: [WebListener],
        observatory: Observatory,
        security: WebSecurity,
        logger: Logger,
        reload: @escaping @Sendable () async -> Reloader.Outcome,
        onListening: @escaping @Sendable (WebListener) -> Void
    ) {
        self.settings = settings
        self.listeners = listeners
        self.observatory = observatory
        self.security = security
        self.reload = reload
        self.logger = logger
        self.onListening = onListening
        scrapes = RequestLimit(settings.mostScrapes)
    }

    /// Serves on all listeners, or on none: when one of them fails, it ends.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for listener in listeners { group.addTask { try await serve(on: listener) } }
        }
    }

    /// Where everything but the metrics is, and what it is asked with.
    static let ownPaths = ["/", "/-/healthy", "/-/ready", "/-/reload", "/api/v1/snapshot", ownersPath]

    private var methods: [String: String] {
        var methods = Dictionary(
            uniqueKeysWithValues: (Self.ownPaths + [settings.telemetryPath]).map { ($0, "GET, HEAD") }
        )
        methods["/-/reload"] = "POST, PUT"
        return methods
    }

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AnswerCounter(observatory: observatory))
        router.add(middleware: WebGuard(security: security, authenticator: authenticator))
        router.add(middleware: PlainErrors(methods: methods))
        router.get(RouterPath(settings.telemetryPath)) { request, _ in await metrics(request) }
        router.get("/") { request, _ in
            let observation = await observatory.observe(within: .seconds(2))
            let page = StatusPage(
                observation: observation,
                telemetryPath: settings.telemetryPath,
                tellsOwners: observatory.tellsOwners,
                now: MonotonicInstant.now
            )
            return WebServer.answer(request, type: "text/html; charset=utf-8", Array(page.html.utf8))
        }
        router.get("/api/v1/snapshot") { request, _ in
            let observation = await observatory.observe(within: .seconds(2))
            let document = SnapshotDocument(observation, now: MonotonicInstant.now)
            return WebServer.answer(request, type: "application/json; charset=utf-8", try JSONText.bytes(of: document))
        }
        for method in [HTTPRequest.Method.post, .put] {
            router.on("/-/reload", method: method) { _, _ in await answerReload() }
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
        guard let turn = scrapes.begin() else {
            return Self.plain(
                .serviceUnavailable,
                "503 Service Unavailable: \(settings.mostScrapes) scrapes are being answered (--web.max-requests).\n"
            )
        }
        let format = ExpositionFormat.negotiate(accept: request.headers[.accept])
        let observation = await observatory.observe(within: Self.patience(request))
        let agent = settings.includesAgentMetrics ? observation.agent : nil
        let end = ByteBuffer(bytes: MetricsRenderer.renderEnd(agent: agent, format: format))
        if ContentCoding(acceptEncoding: request.headers[.acceptEncoding]) == .gzip,
            let body = await expositions.gzip(of: observation, as: format)?.ended(with: end)
        {
            return Self.answer(.ok, type: format.contentType, coding: .gzip, Self.body(body, keeping: turn))
        }
        let shared = await expositions.text(of: observation, as: format)
        return Self.answer(.ok, type: format.contentType, Self.body([shared, end], keeping: turn))
    }

    /// A body that holds the turn of its request until it has been sent or given up.
    private static func body(_ parts: [ByteBuffer], keeping turn: RequestLimit.Turn) -> ResponseBody {
        ResponseBody(contentLength: parts.reduce(0) { $0 + $1.readableBytes }) { writer in
            for part in parts { try await writer.write(part) }
            try await writer.finish(nil)
            withExtendedLifetime(turn) {}
        }
    }

    private func answerReload() async -> Response {
        guard settings.enablesLifecycle else {
            return Self.plain(
                .forbidden,
                "403 Forbidden: start the agent with --web.enable-lifecycle, or send it SIGHUP.\n"
            )
        }
        return switch await reload() {
        case .reloaded: Self.plain(.ok, "The configuration was reloaded.\n")
        case .nothing: Self.plain(.ok, "There is no configuration file to be reloaded.\n")
        case .refused(let reason):
            Self.plain(.internalServerError, "The configuration was not reloaded; the old one stays.\n\(reason)\n")
        }
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

    /// A good answer, compressed where the client wants it and it pays.
    static func answer(_ request: Request, type: String, _ body: [UInt8]) -> Response {
        let body = ByteBuffer(bytes: body)
        guard body.readableBytes > 1 << 10,
            ContentCoding(acceptEncoding: request.headers[.acceptEncoding]) == .gzip,
            let compressed = GzipText(body)?.ended()
        else { return answer(.ok, type: type, ResponseBody(byteBuffer: body)) }
        return answer(.ok, type: type, coding: .gzip, ResponseBody(contentsOf: compressed))
    }

    private static func answer(
        _ status: HTTPResponse.Status,
        type: String,
        coding: ContentCoding = .identity,
        _ body: ResponseBody
    ) -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: "no-store"]
        if coding != .identity { headers[.contentEncoding] = coding.rawValue }
        return Response(status: status, headers: headers, body: body)
    }
}
