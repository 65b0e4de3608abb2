import FlightTypes
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Situation
import Synchronization

/// Serves the page and its sockets: docs/guides/viewer-protocol.md.
public struct ViewerServer: Sendable {
    private static let cookieName = "lagebild"
    private let configuration: ViewerConfiguration
    private let accounts: Accounts
    private let socket: LiveSocket
    private let requestGuard: RequestGuard
    private let assets: [String: Asset]
    private let tiles: MBTiles?
    private let logger: Logger

    /// Reads the page's files; throws when one or the tiles cannot be read.
    public init(
        configuration: ViewerConfiguration, accounts: Accounts, hub: StreamHub, actions: ViewerActions,
        clocks: any Clocks,
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.accounts = accounts
        self.logger = logger
        tiles = try configuration.tilesPath.map { try MBTiles(path: $0) }
        socket = LiveSocket(hub: hub, actions: actions, clocks: clocks, hasTiles: tiles != nil)
        requestGuard = RequestGuard(allowedHosts: configuration.allowedHosts)
        assets = try Asset.loadAll(leafletPath: configuration.leafletPath)
    }

    /// The server as a service; `onRunning` is told the port.
    public func service(group: any EventLoopGroup, onRunning: @escaping @Sendable (Int) -> Void) -> some Service {
        let counter = ViewerCounter(limit: configuration.viewersLimit)
        let accounts = accounts
        let guarded = requestGuard
        let socket = socket
        return Application(
            router: router(),
            server: HTTPServerBuilder { responder in
                LiveChannel(
                    responder: responder,
                    admit: { head in
                        guard head.uri.split(separator: "?").first == "/live",
                            guarded.allows(
                                origin: head.headers.first(name: "origin"), authority: head.headers.first(name: "host"))
                        else { return nil }
                        let cookies = head.headers["cookie"].joined(separator: ";")
                        return accounts.user(token: RequestGuard.cookie(Self.cookieName, in: cookies))
                    },
                    runSocket: { channel, user in
                        guard counter.enter() else {
                            try? await channel.executeThenClose { _, _ in }
                            return
                        }
                        defer { counter.leave() }
                        await socket.run(channel, user: user)
                    })
            },
            configuration: .init(address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in onRunning(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(group), logger: logger)
    }

    // MARK: - Routes

    private func router() -> Router<ViewerContext> {
        let router = Router(context: ViewerContext.self)
        router.add(middleware: GuardMiddleware(requestGuard: requestGuard))
        router.get("/") { request, _ in
            guard let _ = user(of: request) else { return Self.redirect(to: "/login") }
            return try asset("index.html")
        }
        router.get("/login") { _, _ in try asset("login.html") }
        router.post("/login") { request, context in try await logIn(request, context) }
        router.post("/logout") { request, _ in
            accounts.signOut(token: token(of: request))
            var response = Self.redirect(to: "/login")
            response.headers[.setCookie] = "\(Self.cookieName)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
            return response
        }
        router.get("/assets/{name}") { _, context in try asset(try context.parameters.require("name")) }
        router.get("/leaflet/{name}") { request, context in
            try signedIn(request) { try asset("leaflet/" + (try context.parameters.require("name"))) }
        }
        router.get("/leaflet/images/{name}") { request, context in
            try signedIn(request) { try asset("leaflet/images/" + (try context.parameters.require("name"))) }
        }
        router.get("/rhine-axis.json") { request, _ in try signedIn(request) { try asset("rhine-axis.json") } }
        router.get("/tiles/{z}/{x}/{y}") { request, context in
            guard user(of: request) != nil else { throw HTTPError(.unauthorized) }
            let parameters = context.parameters
            guard let tiles, let z = parameters.get("z", as: Int.self), let x = parameters.get("x", as: Int.self),
                let y = parameters.get("y", as: Int.self), let bytes = await tiles.tile(zoom: z, x: x, y: y)
            else { throw HTTPError(.notFound) }
            return Response(
                status: .ok, headers: [.contentType: bytes.starts(with: [0xFF, 0xD8]) ? "image/jpeg" : "image/png"],
                body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        return router
    }

    private func logIn(_ request: Request, _ context: ViewerContext) async throws -> Response {
        var request = request
        let body = try await request.collectBody(upTo: 4096)
        let fields = Self.formFields(String(buffer: body))
        let name = fields["user"] ?? ""
        let outcome = await accounts.signIn(
            name: name, password: fields["password"] ?? "", address: context.remoteAddress)
        // Only names that could be accounts reach the log: what people type into the wrong field may be their password.
        let shown = UserFile.isValid(name: name) ? name : "(no account name)"
        switch outcome {
        case .token(let token):
            logger.notice("\(shown) signed in from \(context.remoteAddress)")
            var response = Self.redirect(to: "/")
            response.headers[.setCookie] = "\(Self.cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict"
            return response
        case .refused:
            logger.warning("Sign-in of \(shown) from \(context.remoteAddress) refused")
            return Self.redirect(to: "/login?fehler=1")
        case .throttled: return Self.redirect(to: "/login?fehler=zuviele")
        }
    }

    private func token(of request: Request) -> String? {
        RequestGuard.cookie(Self.cookieName, in: request.headers[.cookie])
    }
    private func user(of request: Request) -> SignedIn? { accounts.user(token: token(of: request)) }

    private func signedIn(_ request: Request, _ answer: () throws -> Response) throws -> Response {
        guard user(of: request) != nil else { throw HTTPError(.unauthorized) }
        return try answer()
    }

    private func asset(_ name: String) throws -> Response {
        guard let asset = assets[name] else { throw HTTPError(.notFound) }
        return Response(
            status: .ok, headers: [.contentType: asset.type, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    private static func redirect(to path: String) -> Response {
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

/// Counts browsers against a limit.
private final class ViewerCounter: Sendable {
    private let count = Mutex(0)
    private let limit: Int
    init(limit: Int) { self.limit = limit }
    func enter() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }
    func leave() { count.withLock { $0 -= 1 } }
}
