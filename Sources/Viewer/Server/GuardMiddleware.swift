import HTTPTypes
import Hummingbird
import NIOCore

/// Says why a request is refused by its host or origin, to the one who asks and to the log; nil where it is not.
struct PageGuard: Sendable {
    enum Kind: String, Sendable {
        case reading = "a request"
        case change = "a change"
        /// No plain reading: a foreign page could open one with our cookie.
        case socket = "a socket"
    }
    let requestGuard: RequestGuard
    let log: RefusalLog

    /// The status and what a person is told; it repeats nothing of the request.
    func refusal(authority: String?, origin: String?, of kind: Kind) -> (status: HTTPResponse.Status, text: String)? {
        let names = "Host \(RefusalLog.harmless(authority)) and Origin \(RefusalLog.harmless(origin))"
        guard requestGuard.allows(authority: authority) else {
            log.note(
                "Refused: \(kind.rawValue) with \(names); the host is not in viewer.allowedHosts",
                advice: """
                    If browsers use that name, add it there; a proxy must pass Host on (nginx: proxy_set_header Host $http_host)
                    """)
            return (
                .misdirectedRequest,
                """
                Unter diesem Namen ist die Seite nicht eingetragen. Der Administrator ergänzt ihn in viewer.allowedHosts.
                The page is not known by this name. The administrator adds it to viewer.allowedHosts.
                """
            )
        }
        guard kind == .reading || requestGuard.allows(origin: origin, authority: authority) else {
            log.note(
                "Refused: \(kind.rawValue) with \(names), which do not belong together",
                advice: """
                    Behind a proxy let it pass Host on with its port (nginx: proxy_set_header Host $http_host), or list the page \
                    in viewer.allowedOrigins; otherwise another page tried to use this one
                    """)
            return (
                .forbidden,
                """
                Die Anfrage kam von einer anderen Adresse als die Seite selbst. Steht ein Proxy davor, muss er Host mit dem Port \
                weiterreichen; das Protokoll der Leitstelle nennt, was einzustellen ist.
                The request came from another address than the page itself. A proxy must pass Host on with its port; the \
                station's log says what to set.
                """
            )
        }
        return nil
    }
}

/// Refuses foreign hosts everywhere and foreign origins on every change; sets the headers that confine the page.
struct GuardMiddleware: RouterMiddleware {
    let pageGuard: PageGuard

    func handle(
        _ request: Request, context: ViewerContext, next: (Request, ViewerContext) async throws -> Response
    ) async throws -> Response {
        let isRead = request.method == .get || request.method == .head
        let refusal = pageGuard.refusal(
            authority: request.head.authority, origin: request.headers[.origin], of: isRead ? .reading : .change)
        var response: Response
        if let refusal {
            response = Self.plain(refusal.status, refusal.text)
        } else {
            response = try await next(request, context)
        }
        response.headers[.contentSecurityPolicy] =
            "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }

    static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
