import HTTPTypes
import Hummingbird
import NIOCore

/// A request with the address it came from, which the login throttle counts by.
struct ViewerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: String
    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}

/// Refuses foreign hosts everywhere and foreign origins on every change; sets the headers that confine the page.
struct GuardMiddleware: RouterMiddleware {
    let requestGuard: RequestGuard

    func handle(
        _ request: Request, context: ViewerContext, next: (Request, ViewerContext) async throws -> Response
    ) async throws -> Response {
        guard requestGuard.allows(authority: request.head.authority) else { throw HTTPError(.misdirectedRequest) }
        if request.method != .get && request.method != .head {
            guard requestGuard.allows(origin: request.headers[.origin], authority: request.head.authority) else {
                throw HTTPError(.forbidden)
            }
        }
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] =
            "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }
}
