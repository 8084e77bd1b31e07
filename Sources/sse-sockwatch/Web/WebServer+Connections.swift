internal import HTTPTypes
internal import HostSystem
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

extension WebServer {
    /// Serves whom one listener lets in, until the agent ends.
    func serve(on listener: WebListener) async throws {
        let responder = router.buildResponder()
        let mostConnections = mostConnections
        let clients = ClientChannel(
            settings: settings,
            security: security,
            // One fewer than may be: the next one has to be let in for another to be sent away.
            room: ClientRoom(capacity: mostConnections - 1),
            responder: { [quietLogger] request, writer, channel in
                let source = ApplicationRequestContextSource(channel: channel, logger: quietLogger)
                // Whatever is wrong has been made an answer by the middleware.
                var response = try await responder.respond(to: request, context: BasicRequestContext(source: source))
                // Only those of routes know that HEAD has no body.
                if request.method == .head { response = response.createHeadResponse() }
                response.headers[.date] = WallClock.now.httpDate
                try await writer.write(response: response.head, body: response.body)
            }
        )
        try await listener.serve(clients, mostConnections: mostConnections, logger: quietLogger) {
            onListening(listener)
        }
    }

    /// Hummingbird tells of each client that hangs up.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.critical, logger.logLevel)
        return quiet
    }

    /// How many clients may be connected to one address: never so many that the agent has no descriptor left for its
    /// work.
    private var mostConnections: Int {
        let clients = DescriptorBudget(limit: DescriptorLimit.current).clients
        return min(settings.mostConnections, max(4, clients / max(1, listeners.count)))
    }
}
