internal import HTTPTypes
internal import Hummingbird
internal import SockWatch

/// Stands before all that is served: the configured headers, the rate limit, the passwords.
struct WebGuard: RouterMiddleware {
    let security: WebSecurity
    let authenticator: Authenticator

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let rules: WebSecurity.Loaded
        do throws(WebSecurityProblem) {
            rules = try security.current()
        } catch {
            // What is wrong stands in the log: it is not for those who are not let in.
            return WebServer.plain(
                .internalServerError,
                "500 Internal Server Error: the web configuration is broken.\n"
            )
        }
        var response = try await answer(request, context: context, rules, next: next)
        for (name, value) in rules.configuration.headers {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }

    private func answer(
        _ request: Request,
        context: BasicRequestContext,
        _ rules: WebSecurity.Loaded,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        if let bucket = rules.bucket, !bucket.take(at: .now) {
            return WebServer.plain(.tooManyRequests, "429 Too Many Requests: rate_limit of the web configuration.\n")
        }
        guard await authenticator.isAllowed(request.headers[.authorization], users: rules.configuration.users) else {
            var response = WebServer.plain(.unauthorized, "401 Unauthorized\n")
            response.headers[.wwwAuthenticate] = "Basic"
            return response
        }
        return try await next(request, context)
    }
}
