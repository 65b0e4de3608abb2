import Geodesy
import Testing

@Suite struct PlaceTextTests {
    @Test(arguments: [
        "51.4344 6.7623", "51.4344,6.7623", "51.4344, 6.7623", "51.4344 , 6.7623", " 51.4344\t6.7623 ",
        "51,4344 6,7623",
        "51,4344, 6,7623", "51,4344;6,7623", "51.4344; 6.7623", "51.4344N 6.7623E", "51.4344°N 6.7623°E",
        "51.4344° N, 6.7623° E", "N51.4344 E6.7623", "n 51.4344 e 6.7623", "E 6.7623 N 51.4344", "6.7623e, 51.4344n",
        "+51.4344 +6.7623", "51.4344° 6.7623°", "\u{FEFF}51.4344\u{A0}6.7623", "51°26.064'N 6°45.738'E",
        "51°26'3.84\"N 6°45'44.28\"E", "51°26′3.84″N 6°45′44.28″E", "51° 26' 3.84\" N 6° 45' 44.28\" E",
        "51°26'3,84''N 6°45'44,28''E",
    ])
    func oneAndTheSamePlace(text: String) throws {
        let place = try #require(PlaceText.position(text), "\(text)")
        #expect(abs(place.latitude - 51.4344) < 1e-9 && abs(place.longitude - 6.7623) < 1e-9, "\(text)")
    }

    @Test(arguments: [
        ("51.5 -0.12", 51.5, -0.12), ("-33.9 18.4", -33.9, 18.4), ("-33.9,18.4", -33.9, 18.4),
        ("\u{2212}33.9 18.4", -33.9, 18.4), ("33.9S 18.4E", -33.9, 18.4), ("51.5N 0.12W", 51.5, -0.12),
        ("W0.12 N51.5", 51.5, -0.12), ("-.5 -1", -0.5, -1), ("51 7", 51, 7), ("51,7", 51, 7), ("-0.5°, -1°", -0.5, -1),
    ])
    func allQuartersOfTheEarth(text: String, latitude: Double, longitude: Double) throws {
        let place = try #require(PlaceText.position(text), "\(text)")
        #expect(abs(place.latitude - latitude) < 1e-12 && abs(place.longitude - longitude) < 1e-12, "\(text)")
    }

    @Test(arguments: [
        "", " ", "51.4344", "51,4344,6,7623", "51.4344 6.7623 7", "51.4344N 6.7623N", "51.4344N 6.7623", "-51.4N 6.7E",
        "51.4N 6.7O", "91 7", "51 181", "nan 7", "inf 7", "0x33 7", "1e1 7", "51..4 6", "51.4.3 6", "5 1.4 6", "--5 6",
        "51°60'0\"N 6°0'0\"E", "51.5°30'N 6°0'E", "51°26 6°45", "32ULC4414000830", "a b", "51.4344N6.7623E7", "٥١ ٦",
        "51.4344\n6.7623\n7",
    ])
    func whatIsNoPlaceOrSeveral(text: String) {
        #expect(PlaceText.position(text) == nil, "\(text)")
    }

    /// Nothing traps, and what is taken lies on the Earth.
    @Test(arguments: Array(UInt64(1)...20)) func anyText(seed: UInt64) {
        var state = seed
        let letters = Array("0159.,;-+ °'\"NSEWOnsew\u{A0}\u{2212}′″é")
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<(state % 17) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(letters[Int((state >> 33) % UInt64(letters.count))])
            }
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if let place = PlaceText.position(text) { #expect(place.isValid) }
        }
    }
}
