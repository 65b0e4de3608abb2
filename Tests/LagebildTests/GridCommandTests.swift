import ArgumentParser
import Testing

@testable import lagebild

@Suite struct GridCommandTests {
    @Test func aPlaceBothWays() throws {
        #expect(GridCommand.answer("51.4344 6.7623") == "32 344461.0005 5700509.0061 32U LC 44461 00509")
        #expect(GridCommand.answer("51,4344 N 6,7623 E") == GridCommand.answer("51.4344 6.7623"))
        let back = try #require(GridCommand.answer("32U LC 44461 00509"))
        #expect(back.hasPrefix("51.434") && back.contains(" 6.762"))
        #expect(back.hasSuffix("(middle of 1 m)"))
    }

    @Test(arguments: ["89 6", "91 0", "51.4", "51.4 x", "32U LC 4", "", "Duisburg"])
    func whatIsNoPlaceIsRefused(text: String) throws {
        #expect(GridCommand.answer(text) == nil)
        guard !text.isEmpty else { return }
        #expect(throws: ValidationError.self) { try GridCommand.parse([text]).run() }
    }
}
