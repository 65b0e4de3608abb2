import Geodesy

/// UTMREF with metre digits; nil outside its area (84° N to 80° S).
func utmrefText(latitude: Double, longitude: Double) -> String? {
    UTMREF(GeodeticPosition(latitude: latitude, longitude: longitude)).map(\.description)
}
