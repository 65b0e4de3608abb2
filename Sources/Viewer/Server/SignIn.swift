import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Signing in and out: `POST /login`, `POST /logout`.
struct SignIn: Sendable {
    let sessions: Sessions
    let proxies: TrustedProxies
    let log: RefusalLog
    let logger: Logger

    func logIn(_ request: Request, _ context: ViewerContext) async throws -> Response {
        var request = request
        let body = try await request.collectBody(upTo: RequestDeadlines.bodyLimit)
        let fields = Self.formFields(String(buffer: body))
        let name = UserFile.meantName(fields["user"] ?? "")
        let client = client(of: request, context)
        let address = client?.text ?? "an unknown address"
        let outcome = await sessions.signIn(
            name: name, password: fields["password"] ?? "", address: client?.counted.text ?? "unknown")
        // Only names that could be accounts reach the log: what people type into the wrong field may be their password.
        let shown = UserFile.isValid(name: name) ? name : "(no account name)"
        switch outcome {
        case .token(let token):
            logger.notice("\(shown) signed in from \(address)")
            var response = Self.redirect(to: "/")
            response.headers[.setCookie] = cookie(token, request, context)
            return response
        case .refused:
            log.note("Sign-in of \(shown) from \(address) refused")
            return Self.redirect(to: "/login?fehler=1")
        case .throttled:
            log.note("Sign-in of \(shown) from \(address) not looked at: too many attempts")
            return Self.redirect(to: "/login?fehler=zuviele")
        case .busy:
            log.note("Sign-in of \(shown) from \(address) not looked at: too many passwords wait to be checked")
            return Self.redirect(to: "/login?fehler=besetzt")
        case .unavailable: return Self.redirect(to: "/login?fehler=konten")
        }
    }

    func logOut(_ request: Request, _ context: ViewerContext) -> Response {
        sessions.signOut(token: token(of: request, context))
        var response = Self.redirect(to: "/login")
        response.headers[.setCookie] = cookie("", request, context) + "; Max-Age=0"
        return response
    }

    /// Who is signed in by the cookie of a request.
    func user(of request: Request, _ context: ViewerContext) -> SignedIn? {
        sessions.user(token: token(of: request, context))
    }

    private func token(of request: Request, _ context: ViewerContext) -> String? {
        RequestGuard.cookie(RequestGuard.cookieName(port: context.port), in: request.headers[.cookie])
    }

    private func cookie(_ value: String, _ request: Request, _ context: ViewerContext) -> String {
        let name = RequestGuard.cookieName(port: context.port)
        // Who came by https is not to send the cookie without. The browser names the scheme itself.
        let isSecure =
            request.headers[.origin].flatMap(WebOrigin.init)?.isSecure ?? false
            || proxies.isSecure(peer: context.peer, forwardedProto: Self.header("X-Forwarded-Proto", of: request).first)
        return "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    private func client(of request: Request, _ context: ViewerContext) -> IPAddress? {
        proxies.client(peer: context.peer, forwardedFor: Self.header("X-Forwarded-For", of: request))
    }

    private static func header(_ name: String, of request: Request) -> [String] {
        HTTPField.Name(name).map { request.headers[values: $0] } ?? []
    }

    static func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .contentLength: "0"])
    }

    static func formFields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&").prefix(16) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let decoded = parts.map { $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? "" }
            fields[decoded[0]] = decoded[1]
        }
        return fields
    }
}
