import HTTPTypes
import Hummingbird
import NIOCore

/// Refuses foreign hosts everywhere and foreign origins on every change and socket, and says why; sets the headers that
/// confine the page.
struct GuardMiddleware: RouterMiddleware {
    let requestGuard: RequestGuard
    let log: RefusalLog

    func handle(
        _ request: Request, context: ViewerContext, next: (Request, ViewerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if let refusal = refusal(request) {
            response = refusal
        } else {
            response = try await next(request, context)
        }
        response.headers[.contentSecurityPolicy] =
            "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }

    private func refusal(_ request: Request) -> Response? {
        let host = RefusalLog.harmless(request.head.authority)
        let origin = RefusalLog.harmless(request.headers[.origin])
        guard requestGuard.allows(authority: request.head.authority) else {
            log.note(
                "Refused: a request with Host \(host) (Origin \(origin)), which is not in viewer.allowedHosts",
                advice:
                    "If browsers use that name, add it there; a proxy must pass Host on (nginx: proxy_set_header Host $http_host)"
            )
            return Self.plain(
                .misdirectedRequest,
                """
                Unter diesem Namen ist die Seite nicht eingetragen. Der Administrator ergänzt ihn in viewer.allowedHosts.
                The page is not known by this name. The administrator adds it to viewer.allowedHosts.
                """)
        }
        let isRead = request.method == .get || request.method == .head
        // A socket is no plain reading: a foreign page could open one with our cookie.
        guard !isRead || request.uri.path == "/live" else { return nil }
        guard requestGuard.allows(origin: request.headers[.origin], authority: request.head.authority) else {
            log.note(
                "Refused: \(isRead ? "a socket" : "a change") with Host \(host) and Origin \(origin), which do not belong together",
                advice: """
                    Behind a proxy let it pass Host on with its port (nginx: proxy_set_header Host $http_host), or list the page in \
                    viewer.allowedOrigins; otherwise another page tried to use this one
                    """)
            return Self.plain(
                .forbidden,
                """
                Die Anfrage kam von einer anderen Adresse als die Seite selbst. Steht ein Proxy davor, muss er Host mit dem Port \
                weiterreichen; das Protokoll der Leitstelle nennt, was einzustellen ist.
                The request came from another address than the page itself. A proxy must pass Host on with its port; the \
                station's log says what to set.
                """)
        }
        return nil
    }

    /// A refusal for a person to read; it repeats nothing of the request.
    static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
