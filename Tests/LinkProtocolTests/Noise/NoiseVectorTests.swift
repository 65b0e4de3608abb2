import Foundation
import LinkProtocol
import Testing

/// Published vectors of our suite, byte for byte.
@Suite struct NoiseVectorTests {
    /// Other people's data; absent on most machines, and never part of the repository.
    static let published: URL = {
        let folder =
            ProcessInfo.processInfo.environment["LAGEBILD_DATA"].map { URL(fileURLWithPath: $0) }
            ?? (0..<4).reduce(URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()) { url, _ in
                url.deletingLastPathComponent()
            }.deletingLastPathComponent().appendingPathComponent("shared/data")
        return folder.appendingPathComponent("noise/vectors.json")
    }()
    static let given = ProcessInfo.processInfo.environment["LAGEBILD_NOISE_VECTORS"]

    @Test func knownVector() throws {
        // The cacophony vector of this suite (docs: Noise revision 34, prologue "John Galt").
        let prologue = "4a6f686e2047616c74"
        let message1 =
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944718da798efbcd91528520204f904b9bd"
            + "6c7413dccdc214d951e15253e39987f18146e8cd0873654207148333479d4d16c289f0294b29960a72f48e0b7bba2e89"
            + "083169825e59642148d492020664ccf7"
        let message2 =
            "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088435361e70b2ed446e6c9ec387d1d6b3b84"
            + "0f194e373979d241b203c4acafccf5"
        try NoiseVector(
            protocolName: noiseProtocolName, initPrologue: prologue,
            initStatic: "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
            initEphemeral: "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
            initRemoteStatic: "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62",
            respPrologue: prologue,
            respStatic: "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
            respEphemeral: "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
            handshakeHash: "0b0f68fb0c27e03ce9b97565995ed4838cc0581b762ef72b062f6a546419fad7",
            messages: [
                .init(payload: "4c756477696720766f6e204d69736573", ciphertext: message1),
                .init(payload: "4d757272617920526f746862617264", ciphertext: message2),
                .init(
                    payload: "462e20412e20486179656b",
                    ciphertext: "050e9f3c8fac16b68dbce8f8c4bfbf6617c897f9ada4aa29aa19c8"),
                .init(
                    payload: "4361726c204d656e676572",
                    ciphertext: "344233a6cabb7141d80f3da2fedc311d9646bbb0f505afe403a667"),
            ]
        ).check()
    }

    // Skipped where the shared measurement data is missing.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: published.path)))
    func publishedVectors() throws {
        let vectors = try NoiseVector.ours(in: Self.published)
        for vector in vectors { try vector.check() }
        print("Noise vectors of \(noiseProtocolName): \(vectors.count) ran")
    }

    // Skipped unless a file is named; a named file without a vector of ours is a mistake worth hearing of.
    @Test(.enabled(if: given != nil))
    func givenVectors() throws {
        let vectors = try NoiseVector.ours(in: URL(fileURLWithPath: try #require(Self.given)))
        #expect(!vectors.isEmpty)
        for vector in vectors { try vector.check() }
        print("Noise vectors of \(noiseProtocolName) in the given file: \(vectors.count) ran")
    }
}
