import Geodesy

/// UTMREF with no more digits than the error allows, metres without one; nil outside its area (84° N to 80° S).
func utmrefText(latitude: Double, longitude: Double, errorMetres: Double = 0) -> String? {
    UTMREF(
        GeodeticPosition(latitude: latitude, longitude: longitude), digits: UTMREF.digits(errorMetres: errorMetres)
    ).map(\.description)
}
