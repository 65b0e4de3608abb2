import ImageCoding
import Testing

@testable import Sensors

@Suite struct IntakeNotesTests {
    @Test func tellsInGrowingSteps() {
        var notes = IntakeNotes()
        var told: [String] = []
        for index in 1...1000 { if let text = notes.refuse("reason \(index)") { told.append(text) } }
        #expect(
            told == [
                "1 picture refused so far, the last for this: reason 1",
                "10 pictures refused so far, the last for this: reason 10",
                "100 pictures refused so far, the last for this: reason 100",
                "1000 pictures refused so far, the last for this: reason 1000",
            ])
        #expect(notes.refused == 1000 && notes.lastReason == "reason 1000")
    }
    @Test func stepsAreNotMissedByCountsOfMany() {
        var notes = IntakeNotes()
        #expect(notes.refuse("a", count: 7) != nil)
        #expect(notes.refuse("a", count: 2) == nil)
        #expect(notes.refuse("a", count: 95) != nil)
        #expect(notes.refuse("a", count: -3) == nil && notes.refused == 104)
        #expect(!IntakeNotes.isStep(from: .max, to: .max))
    }
    @Test func eachKindOfMendingIsToldForItself() {
        var notes = IntakeNotes()
        #expect(notes.mend([]) == nil)
        #expect(notes.mend(.endMarker)?.hasPrefix("1 picture mended so far") == true)
        #expect(notes.mend(.endMarker) == nil)
        #expect(notes.mend([.endMarker, .orientation])?.contains("is not followed") == true)
        for _ in 0..<7 { #expect(notes.mend(.endMarker) == nil) }
        #expect(notes.mend(.endMarker)?.hasPrefix("10 pictures mended so far") == true)
    }
}
