import Testing

/// `#expect(value == expected)` for the result of a mutating call, which the macro cannot hold.
func expect<Value: Equatable>(_ value: Value, is expected: Value, at location: SourceLocation = #_sourceLocation) {
    #expect(value == expected, sourceLocation: location)
}
