internal import Hummingbird
internal import SockDiag

/// Which processes hold a port's connections.
extension WebServer {
    static let ownersPath = "/api/v1/owners"

    /// Answers `/api/v1/owners?port=8080&state=close_wait`.
    func owners(_ request: Request) async throws -> Response {
        let parameters = request.uri.queryParameters
        guard let text = parameters["port"].map(String.init), let port = UInt16(text) else {
            return Self.plain(.badRequest, "400 Bad Request: name a watched port: \(Self.ownersPath)?port=8080\n")
        }
        var states = TCPStateSet.all
        if let name = parameters["state"].map(String.init) {
            guard let state = TCPState(name: name) else {
                let known = TCPState.allKnown.map(\.label).joined(separator: ", ")
                return Self.plain(.badRequest, "400 Bad Request: '\(name)' is not a TCP state; known are \(known)\n")
            }
            states = TCPStateSet([state])
        }
        guard let found = await observatory.owners(ofPort: port, states: states) else {
            return Self.plain(
                .notFound,
                "404 Not Found: port \(port) is not watched in the agent's own network namespace, or owners are not "
                    + "looked for (--no-collector.owners)\n"
            )
        }
        switch found {
        case .success(let document):
            return Self.answer(request, type: "application/json; charset=utf-8", try JSONText.bytes(of: document))
        case .failure(let error):
            return Self.plain(.serviceUnavailable, "503 Service Unavailable: the kernel did not answer: \(error)\n")
        }
    }
}
