import SockDiag
import Testing

@Suite("A dump that is tried again")
struct RetryTests {
    @Test("ends with the first success", arguments: 0...2)
    func success(failures: Int) throws {
        var dumper = try SocketDumper()
        var attempts = 0
        let answer = try dumper.retrying { _ throws(SockDiagError) in
            attempts += 1
            if attempts <= failures { throw SockDiagError(.interrupted, "the table changed") }
            return attempts
        }
        #expect(answer == failures + 1)
    }

    @Test("fails after the last attempt, and at once for a reason that stays", arguments: [true, false])
    func failure(isTransient: Bool) throws {
        var dumper = try SocketDumper()
        var attempts = 0
        let reason = SockDiagError(isTransient ? .overrun : .malformed, "no use")
        do {
            try dumper.retrying { _ throws(SockDiagError) in
                attempts += 1
                throw reason
            }
            Issue.record("it succeeded")
        } catch {
            #expect(error == reason)
        }
        #expect(attempts == (isTransient ? 1 + SocketDumper.mostRetries : 1))
    }
}
