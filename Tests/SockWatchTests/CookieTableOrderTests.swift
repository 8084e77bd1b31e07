import SockDiagTestKit
import Testing

@testable import SockWatch

@Suite("The order of a cookie table")
struct CookieTableOrderTests {
    /// Asks for the cookies as a sample does, and gives each the value that says when it was asked for last.
    private func pass(_ table: inout CookieTable<Int>, _ cookies: [UInt64], _ value: Int) {
        table.beginPass()
        for cookie in cookies {
            if let index = table.seek(cookie) { table[index] = value } else { _ = table.insert(cookie, value) }
        }
    }

    @Test(
        "passes in any order, with sockets told twice, find what a dictionary finds",
        arguments: [UInt64(1), 2, 3, 4]
    )
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = CookieTable<Int>(limit: .max)
        var model: [UInt64: Int] = [:]
        // More than one chunk of entries, and hashes that collide.
        var pool = ClusteredCookies.atTheEnd(150) + ClusteredCookies.atTheBeginning(100) + Array(1...5000)
        for sample in 1...60 {
            if sample % 3 == 0 { pool.shuffle(using: &generator) }
            let share = Int.random(in: 1...100, using: &generator)
            var seen = pool.filter { _ in Int.random(in: 1...100, using: &generator) <= share }
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                guard let twice = seen.randomElement(using: &generator) else { break }
                seen.insert(twice, at: Int.random(in: 0...seen.count, using: &generator))
            }
            pass(&table, seen, sample)
            for cookie in seen { model[cookie] = sample }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                // The sample broke, and events told of ends before the next.
                for cookie in seen.prefix(50) {
                    if let index = table.index(of: cookie) { table.remove(at: index) }
                    model[cookie] = nil
                }
            case 1:
                table.endPass()
            default:
                table.endPass()
                table.filter { $1 > sample - 2 }
                model = model.filter { $0.value > sample - 2 }
            }
            #expect(table.count == model.count)
            #expect(pool.allSatisfy { cookie in table.index(of: cookie).map { table[$0] } == model[cookie] })
        }
    }

    @Test("what is asked for in the same order is found without a search, also after the order has changed")
    func learns() {
        var generator = SeededGenerator(seed: 7)
        var cookies = Array(1...10_000 as ClosedRange<UInt64>)
        var table = CookieTable<Int>(limit: .max)
        for round in 0..<3 {
            cookies.shuffle(using: &generator)
            for sample in 0..<3 {
                pass(&table, cookies, sample)
                table.endPass()
                if sample == 0, round > 0 { #expect(table.surprises > 9000) }
            }
            #expect(table.surprises == 0)
        }
    }

    @Test("single sockets that come and go leave the order of the others")
    func churns() {
        var generator = SeededGenerator(seed: 8)
        var cookies = Array(1...10_000 as ClosedRange<UInt64>)
        var table = CookieTable<Int>(limit: .max)
        var searches = 0
        for sample in 1...300 {
            pass(&table, cookies, sample)
            table.endPass()
            table.filter { $1 == sample }
            #expect(table.count == cookies.count)
            searches += table.surprises
            for change in 0..<100 {
                let place = Int.random(in: cookies.indices, using: &generator)
                cookies.remove(at: place)
                let other = Int.random(in: cookies.indices, using: &generator)
                cookies.insert(UInt64(10_000 + sample * 100 + change), at: other)
            }
        }
        // All have been replaced three times over.
        let share = Double(searches) / Double(300 * 10_000)
        print("1 % new sockets a sample: \(share * 100) % of the lookups need the index")
        #expect(share < 0.15)
    }
}
