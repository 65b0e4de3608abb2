import Testing

@testable import DroneAgent

private struct Missing: Error {}

@Suite struct SourceRunTests {
    @Test func sourceThatComesLaterIsTaken() {
        var (tries, told, pauses) = (0, 0, 0)
        let hasEnded = SourceRun.untilEnd(
            isStopped: { false }, pause: { pauses += 1 }, onFailure: { _ in told += 1 },
            run: {
                tries += 1
                if tries < 4 { throw Missing() }
            })
        #expect(hasEnded)
        #expect(tries == 4 && told == 3 && pauses == 3)
    }

    @Test func stoppingEndsItWithoutAWord() {
        var (tries, told) = (0, 0)
        let hasEnded = SourceRun.untilEnd(
            isStopped: { tries >= 3 }, pause: {}, onFailure: { _ in told += 1 },
            run: {
                tries += 1
                throw Missing()
            })
        #expect(!hasEnded)
        #expect(tries == 3 && told == 2)
        expectFalse(SourceRun.untilEnd(isStopped: { true }, pause: {}, onFailure: { _ in }, run: {}))
    }

    private func expectFalse(_ value: Bool) { #expect(!value) }
}
