import Testing

@testable import Geodesy

struct PoseLogTests {
    private func sample(_ seconds: Double, yaw: Double, gimbal: Double = .nan) -> TimedPose {
        TimedPose(
            seconds: seconds,
            pose: CameraPose(
                position: GeodeticPosition(latitude: 51 + seconds / 1000, longitude: 7), heightMetres: 10 * seconds,
                rollDegrees: 0, pitchDegrees: 0, yawDegrees: yaw, gimbalPitchDegrees: gimbal))
    }

    @Test func straightLinesBetweenSamples() throws {
        let log = try #require(PoseLog([sample(1, yaw: 350), sample(2, yaw: 10), sample(3, yaw: 30)]))
        let middle = try #require(log.pose(at: 1.25))
        #expect(middle.yawDegrees == 355)
        #expect((middle.heightMetres - 12.5).magnitude < 1e-12)
        #expect((middle.position.latitude - 51.00125).magnitude < 1e-12)
        #expect(try #require(log.pose(at: 3)).yawDegrees == 30)
        #expect(try #require(log.pose(at: 1)).yawDegrees == 350)
    }
    @Test func nothingOutsideAndInGaps() throws {
        let log = try #require(
            PoseLog([sample(1, yaw: 0), sample(1.5, yaw: 0), sample(3, yaw: 0, gimbal: -90), sample(3.5, yaw: 0)]))
        for moment in [0.99, 2, 3.25, 3.51, .nan, -.infinity] { #expect(log.pose(at: moment) == nil) }
        #expect(log.pose(at: 1.2) != nil && log.pose(at: 3) != nil)
    }
    @Test func refusesTimeThatDoesNotGrow() {
        #expect(PoseLog([]) == nil && PoseLog([sample(1, yaw: 0)]) == nil)
        #expect(PoseLog([sample(1, yaw: 0), sample(1, yaw: 0)]) == nil)
        #expect(PoseLog([sample(2, yaw: 0), sample(1, yaw: 0)]) == nil)
        #expect(PoseLog([sample(1, yaw: 0), sample(.nan, yaw: 0)]) == nil)
    }
}
