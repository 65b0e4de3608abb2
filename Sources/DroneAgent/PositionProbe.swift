import FlightTypes
import Foundation
import Sensors
import Synchronization

/// Listens to a position source for a few seconds, for somebody who wants to know what is wrong with it.
public enum PositionProbe {
    /// How the source does after `duration`, or as soon as positions come. Blocks. Nothing is sent to an autopilot.
    public static func listen(
        to configuration: AgentConfiguration, for duration: Duration = .seconds(5), clocks: any Clocks = SystemClocks()
    ) -> PositionVerdict {
        let silent = PositionVerdict(.failing, SensorNote(.silent, "nothing was received"))
        let newest = Mutex(silent)
        let done = DispatchSemaphore(value: 0)
        var options = configuration.mavlink
        options.requestsIntervals = false
        let input = PositionInput(
            configuration.position, mavlink: options, clocks: clocks, onSample: { _ in },
            onVerdict: { verdict in
                newest.withLock { $0 = verdict }
                if verdict.state == .running { done.signal() }
            })
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            input.run()
            ended.signal()
        }
        thread.name = "position-probe"
        thread.start()
        _ = done.wait(timeout: .now() + .nanoseconds(Int(clamping: duration.nanosecondsClamped)))
        input.stop()
        ended.wait()
        return newest.withLock { $0 }
    }
}
