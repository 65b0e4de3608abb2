import Logging
import PlainText

/// A log on standard error, one line an event.
public func makeLogger(_ label: String, level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: label) { PlainLogHandler(inner: StreamLogHandler.standardError(label: $0)) }
    logger.logLevel = level
    return logger
}

/// Keeps what names bring along (colours, cursor movements, line ends) out of the log.
private struct PlainLogHandler: LogHandler {
    var inner: StreamLogHandler
    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }
    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }
    func log(event: LogEvent) {
        var event = event
        event.message = "\(event.message.description.printable(limit: 4_000, keepingLines: true))"
        inner.log(event: event)
    }
}
