import NIOHTTP1

struct DemoRequest {
    var method: HTTPMethod
    var path: String
    var query: String
    var body: String
}

struct DemoReply {
    var status = HTTPResponseStatus.ok
    var contentType = "text/plain; charset=utf-8"
    var headers: [(String, String)] = []
    var body: String
}

extension DemoApplication {
    /// Answers everything but the event stream itself.
    func reply(to request: DemoRequest) -> DemoReply {
        switch (request.method, request.path) {
        case (.GET, "/"):
            return DemoReply(body: welcome)
        case (.GET, "/metrics"):
            return DemoReply(contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics)
        case (.GET, "/faults"):
            return faultsReply
        case (.POST, "/faults"):
            return change(form: request.query + "&" + request.body)
        case (_, "/"), (_, "/metrics"):
            return refusal(of: request, allowed: "GET")
        case (_, "/faults"):
            return refusal(of: request, allowed: "GET, POST")
        default:
            return DemoReply(status: .notFound, body: "there is no \(request.method) \(request.path); see /\n")
        }
    }

    private var faultsReply: DemoReply { DemoReply(contentType: "application/json", body: faults.json) }

    private func change(form: String) -> DemoReply {
        var changed = faults
        do {
            try changed.change(form: form)
        } catch {
            return DemoReply(status: .badRequest, body: "\(error)\n")
        }
        apply(changed)
        return faultsReply
    }

    private func refusal(of request: DemoRequest, allowed: String) -> DemoReply {
        DemoReply(
            status: .methodNotAllowed,
            headers: [("Allow", allowed)],
            body: "\(request.path) takes \(allowed), not \(request.method)\n"
        )
    }

    private var welcome: String {
        """
        The demo server of sse-sockwatch: event streams, with faults to switch on.

        GET  /events    an event stream (on the stream port only)
        GET  /metrics   what the server itself believes, for Prometheus
        GET  /faults    the faults that are on
        POST /faults    switches faults; those that are not named stay as they are:

            leak=on             never close a stream whose client has closed: sockets stay in CLOSE_WAIT
            skip_heartbeats=0.1 leave out this share of the heartbeats
            drop_accept=on      accept no more connections on the stream port: its queue fills
            idle_limit=5        end streams to which nothing was written for 5 seconds (off: never)
            heal=on             all faults off; leaked sockets are closed

        For instance, at the control port, which answers whatever the faults are:

            curl -X POST 'http://\(controlAuthority)/faults?leak=on&skip_heartbeats=0.1'

        """
    }
}
