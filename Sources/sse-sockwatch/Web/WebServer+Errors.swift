internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Counts answers by status code.
struct AnswerCounter: RouterMiddleware {
    let observatory: Observatory

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        observatory.count(answer: response.status.code)
        return response
    }
}

/// Answers in a line of text where no route answers: a path that is not there, a method that a path does not have, an
/// error.
struct PlainErrors: RouterMiddleware {
    /// The paths that there are, and what each is asked with.
    let methods: [String: String]

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            if error.status == .notFound, let allowed = methods[request.uri.path] {
                var response = WebServer.plain(.methodNotAllowed, "405 Method Not Allowed: it takes \(allowed).\n")
                response.headers[.allow] = allowed
                return response
            }
            return WebServer.plain(error.status, "\(error.status.code) \(error.status.reasonPhrase)\n")
        } catch {
            return WebServer.plain(.internalServerError, "500 Internal Server Error: \(error)\n")
        }
    }
}
