import FlightTypes
import LinkProtocol
import LinkTransport
import Synchronization

/// What the agent says of its cameras.
extension Agent {
    /// Before the first picture.
    func describeCameras() {
        let now = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
        for camera in state.withLock({ $0.cameras.begin(at: now) }) { submit(.camera(camera)) }
    }

    /// Before a picture that is another than its camera was said to take.
    func describeCamera(
        _ stream: StreamID, _ width: UInt16, _ height: UInt16, _ unit: ThermalUnit, at time: CaptureTime
    ) {
        let size = CameraDescription.Size(width: width, height: height)
        let told = state.withLock { $0.cameras.note(stream, size: size, unit: unit, at: time) }
        if let told { submit(.camera(told)) }
    }

    /// With each new session once more, under the same identity: the station may have been started anew, or been away
    /// when it was told. A few hundred bytes in two minutes; what it holds already it acknowledges again.
    func repeatCameras() {
        for camera in state.withLock({ $0.cameras.current }) {
            transport.submit(
                FlightObject.camera(camera).parts(), class: ObjectClass(.camera),
                id: recorder == nil ? nil : camera.id)
        }
    }
}
