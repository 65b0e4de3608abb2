// Identities are texts in JSON, and times are whole nanoseconds.

extension IncidentID: Codable {
    /// Refuses a text of another form.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = IncidentID(text) else { throw wrong("no identity of an incident", decoder) }
        self = id
    }
    /// The text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension DroneID: Codable {
    /// Refuses a name that breaks the rule.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let id = DroneID(name) else { throw wrong("no name of a drone", decoder) }
        self = id
    }
    /// The name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension WallTime: Codable {
    /// From nanoseconds since 1970.
    public init(from decoder: any Decoder) throws {
        self.init(nanoseconds: try decoder.singleValueContainer().decode(Int64.self))
    }
    /// Nanoseconds since 1970.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension MonotonicInstant: Codable {
    /// From nanoseconds since boot.
    public init(from decoder: any Decoder) throws {
        self.init(nanoseconds: try decoder.singleValueContainer().decode(Int64.self))
    }
    /// Nanoseconds since boot.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

private func wrong(_ what: String, _ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: decoder.codingPath, debugDescription: what))
}
