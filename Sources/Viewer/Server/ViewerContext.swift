import HTTPTypes
import Hummingbird
import NIOCore

/// A request with both ends of its connection: attempts to sign in are counted by one, the cookie is named by the other.
struct ViewerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end: a browser, or a proxy.
    let peer: IPAddress?
    /// The port that the page is served on.
    let port: Int?
    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
        port = source.channel.localAddress?.port
    }
}
