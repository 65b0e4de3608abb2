import Accounts
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
import Versions

/// Serves the page and its sockets: docs/guides/viewer-protocol.md.
public struct ViewerServer: Sendable {
    /// How often it is looked whether refusals are over.
    private static let sweepInterval = TimeAmount.seconds(10)
    private let configuration: ViewerConfiguration
    private let sessions: Sessions
    private let signIn: SignIn
    private let socket: LiveSocket
    private let pageGuard: PageGuard
    private let proxies: TrustedProxies
    private let limits: ConnectionLimits
    private let assets: [String: Asset]
    private let versions = LinkedVersions.all()
    private let tiles: MBTiles?
    private let log: RefusalLog
    private let logger: Logger
    private let clocks: any Clocks

    /// Reads the page's files; throws when one cannot be read. Map tiles that cannot be used are told to log and page.
    public init(
        configuration: ViewerConfiguration, sessions: Sessions, hub: StreamHub, actions: ViewerActions,
        clocks: any Clocks,
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.sessions = sessions
        self.logger = logger
        self.clocks = clocks
        sessions.begin()
        log = RefusalLog(logger: logger, clocks: clocks)
        proxies = TrustedProxies(configuration.trustedProxies.compactMap(IPAddress.init))
        limits = ConnectionLimits(perAddress: configuration.connectionsPerAddress, descriptors: Descriptors.limit)
        signIn = SignIn(sessions: sessions, proxies: proxies, log: log, logger: logger)
        var tiles: MBTiles?
        var fault: MBTiles.Fault?
        do { tiles = try configuration.tilesPath.map { path throws(MBTiles.Fault) in try MBTiles(path: path) } } catch {
            logger.error("\(error)")
            fault = error
        }
        self.tiles = tiles
        socket = LiveSocket(
            hub: hub, actions: actions, clocks: clocks, sessions: sessions, tiles: tiles, tilesFault: fault, log: log)
        pageGuard = PageGuard(
            requestGuard: RequestGuard(
                allowedHosts: configuration.allowedHosts + [PageAddress.name(configuration.host)],
                allowedOrigins: configuration.allowedOrigins), log: log)
        assets = try Asset.loadAll(leafletPath: configuration.leafletPath)
        if limits.total < ConnectionLimits.most {
            logger.warning(
                """
                The page takes \(limits.total) connections: \(Descriptors.limit) files may be open (ulimit -n), and the rest is \
                kept for drones and records
                """
            )
        }
    }

    /// The server as a service; `onRunning` is told the port.
    public func service(group: any EventLoopGroup, onRunning: @escaping @Sendable (Int) -> Void) -> some Service {
        let viewers = min(configuration.viewersLimit, limits.total * 3 / 4)
        let room = SocketRoom(
            limits: .init(
                total: viewers, perAccount: configuration.viewersPerAccount, perAddress: limits.perAddress))
        let admission = Admission(limits: limits, proxies: proxies, clocks: clocks, log: log)
        let (socket, log, clocks) = (socket, log, clocks)
        return Application(
            router: router(),
            server: HTTPServerBuilder { responder in
                LiveChannel(
                    responder: responder, admission: admission, admit: { admit($0, $1) },
                    runSocket: { channel, guest in
                        let life = SocketLife(channel.channel, clocks: clocks)
                        let (decision, displaced) = room.enter(guest, life, at: clocks.monotonicNow())
                        defer { room.leave(life) }
                        if let displaced {
                            log.note(
                                "A page of \(displaced.user.name) that does not answer gave way: all places are taken")
                        }
                        if decision != .admitted {
                            log.note("A further page of \(guest.user.name) was refused: \(decision.reason)")
                        }
                        await socket.run(channel, guest: guest, life: life, decision: decision)
                    })
            },
            configuration: .init(
                address: .hostname(PageAddress.bindable(configuration.host), port: configuration.port),
                serverName: nil, availableConnectionsDelegate: AcceptGate(admission: admission)),
            onServerRunning: { channel in
                channel.eventLoop.scheduleRepeatedTask(initialDelay: Self.sweepInterval, delay: Self.sweepInterval) {
                    _ in
                    log.sweep()
                }
                onRunning(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(group), logger: logger)
    }

    /// Who may open a socket with this head.
    private func admit(_ channel: any Channel, _ head: HTTPRequestHead) -> SocketAdmittance {
        let host = head.headers.first(name: "host")
        if let refusal = pageGuard.refusal(
            authority: host, origin: head.headers.first(name: "origin"), of: .socket)
        {
            return .refused(refusal.status, refusal.text)
        }
        let cookies = head.headers["cookie"].joined(separator: ";")
        let token = RequestGuard.cookie(RequestGuard.cookieName(port: channel.localAddress?.port), in: cookies)
        guard let token, let user = sessions.user(token: token), user.may(.watch) else {
            return .refused(.unauthorized, "Bitte melden Sie sich an.\nPlease sign in.")
        }
        let peer = channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
        return .guest(
            SocketGuest(
                user: user, token: token,
                address: proxies.client(peer: peer, forwardedFor: head.headers["x-forwarded-for"])))
    }

    // MARK: - Routes

    private func router() -> Router<ViewerContext> {
        let router = Router(context: ViewerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: GuardMiddleware(pageGuard: pageGuard))
        router.get("/") { request, context in
            guard signIn.user(of: request, context) != nil else { return SignIn.redirect(to: "/login") }
            return try asset("index.html")
        }
        router.get("/login") { _, _ in try asset("login.html") }
        router.post("/login") { request, context in try await signIn.logIn(request, context) }
        router.post("/logout") { request, context in signIn.logOut(request, context) }
        // Without the headers of an upgrade.
        router.get("/live") { request, context in
            guard signIn.user(of: request, context) != nil else { throw HTTPError(.unauthorized) }
            var response = GuardMiddleware.plain(
                .upgradeRequired, "Hier antwortet nur ein WebSocket.\nOnly a WebSocket answers here.")
            response.headers[.upgrade] = "websocket"
            if let name = HTTPField.Name("Sec-WebSocket-Version") { response.headers[name] = "13" }
            return response
        }
        router.get("/assets/{name}") { _, context in try asset(try context.parameters.require("name")) }
        router.get("/leaflet/{name}") { request, context in
            try signedIn(request, context) { try asset("leaflet/" + (try context.parameters.require("name"))) }
        }
        router.get("/leaflet/images/{name}") { request, context in
            try signedIn(request, context) { try asset("leaflet/images/" + (try context.parameters.require("name"))) }
        }
        router.get("/rhine-axis.json") { request, context in
            try signedIn(request, context) { try asset("rhine-axis.json") }
        }
        // For the about box; strangers need not know what to look up.
        router.get("/versions.json") { request, context in
            try signedIn(request, context) {
                Response(
                    status: .ok, headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(versions))))
            }
        }
        router.get("/tiles/{z}/{x}/{y}") { request, context in
            guard signIn.user(of: request, context) != nil else { throw HTTPError(.unauthorized) }
            let parameters = context.parameters
            guard let tiles, let z = parameters.get("z", as: Int.self), let x = parameters.get("x", as: Int.self),
                let y = parameters.get("y", as: Int.self), let tile = await tiles.tile(zoom: z, x: x, y: y)
            else { throw HTTPError(.notFound) }
            return Response(
                status: .ok, headers: [.contentType: tile.type],
                body: .init(byteBuffer: ByteBuffer(bytes: tile.bytes)))
        }
        return router
    }

    private func signedIn(
        _ request: Request, _ context: ViewerContext, _ answer: () throws -> Response
    ) throws -> Response {
        guard signIn.user(of: request, context) != nil else { throw HTTPError(.unauthorized) }
        return try answer()
    }

    private func asset(_ name: String) throws -> Response {
        guard let asset = assets[name] else { throw HTTPError(.notFound) }
        return Response(
            status: .ok, headers: [.contentType: asset.type, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
