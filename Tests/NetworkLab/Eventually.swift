/// A fact did not come true before its deadline.
public struct NotInTime: Error, CustomStringConvertible, Sendable {
    public let description: String
}

/// Looks again and again until what is seen fulfils the condition, and returns it. This is the one place where tests
/// wait.
///
/// An error thrown by `see` counts as "not yet": a server that is starting refuses connections at first.
///
/// - Parameters:
///   - what: the fact that is waited for, as a sentence for the failure's text.
///   - limit: the time after which the fact is taken to be false.
///   - pause: the time between two looks.
/// - Throws: ``NotInTime`` with the last value seen; `CancellationError` if the test is cancelled.
@discardableResult
public func eventually<Seen>(
    _ what: String,
    within limit: Duration = .seconds(10),
    every pause: Duration = .milliseconds(10),
    fileID: String = #fileID,
    line: Int = #line,
    isolation: isolated (any Actor)? = #isolation,
    see: () async throws -> Seen,
    until fulfilled: (Seen) throws -> Bool
) async throws -> Seen {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    var last: String
    repeat {
        do {
            let seen = try await see()
            if try fulfilled(seen) { return seen }
            last = "last seen: \(seen)"
        } catch {
            last = "last error: \(error)"
        }
        try await clock.sleep(for: pause)
    } while clock.now < deadline
    throw NotInTime(description: "\(fileID):\(line): not within \(limit): \(what); \(last)")
}

/// Looks again and again until `isTrue` returns true. See ``eventually(_:within:every:fileID:line:isolation:see:until:)``.
public func eventually(
    _ what: String,
    within limit: Duration = .seconds(10),
    every pause: Duration = .milliseconds(10),
    fileID: String = #fileID,
    line: Int = #line,
    isolation: isolated (any Actor)? = #isolation,
    isTrue: () async throws -> Bool
) async throws {
    try await eventually(
        what,
        within: limit,
        every: pause,
        fileID: fileID,
        line: line,
        see: isTrue,
        until: { $0 }
    )
}
