import SockDiagTestKit
import Testing

@testable import SockWatch

@Suite("A cookie table")
struct CookieTableTests {
    private struct Marked: BitwiseCopyable, Hashable {
        var cookie: UInt64
        var mark: Int
    }

    private func emptyTable(limit: Int = .max) -> CookieTable<Marked> {
        CookieTable(limit: limit)
    }

    private func check(_ table: CookieTable<Marked>, _ model: [UInt64: Int], _ pool: [UInt64]) {
        #expect(table.count == model.count)
        let wrong = pool.filter { cookie in table.index(of: cookie).map { table[$0].mark } != model[cookie] }
        #expect(wrong.isEmpty)
    }

    @Test("it does what a dictionary does, over many random operations", arguments: [UInt64(1), 2, 3, 4])
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pool = ClusteredCookies.atTheEnd(150) + ClusteredCookies.atTheBeginning(100) + Array(1...500)
        var table = emptyTable()
        var model: [UInt64: Int] = [:]
        for step in 1...20_000 {
            let cookie = pool[Int.random(in: 0..<pool.count, using: &generator)]
            switch Int.random(in: 0..<100, using: &generator) {
            case 0:
                // Between next to nothing and next to everything goes, so that the table shrinks and grows.
                let share = Int.random(in: 1...99, using: &generator)
                var visits: [UInt64: Int] = [:]
                table.filter { _, value in
                    visits[value.cookie, default: 0] += 1
                    value.mark += 1
                    return (value.mark &* 7919) % 100 < share
                }
                #expect(visits.count == model.count)
                #expect(visits.values.allSatisfy { $0 == 1 })
                model = model.mapValues { $0 + 1 }.filter { ($0.value &* 7919) % 100 < share }
                check(table, model, pool)
            case 1..<90:
                if let index = table.index(of: cookie) {
                    #expect(model[cookie] == table[index].mark)
                    table[index].mark = step
                } else {
                    #expect(model[cookie] == nil)
                    let isInserted = table.insert(cookie, Marked(cookie: cookie, mark: step))
                    #expect(isInserted)
                }
                model[cookie] = step
            default:
                #expect(table.index(of: cookie).map { table[$0].mark } == model[cookie])
            }
        }
        check(table, model, pool)
    }

    @Test("a filter visits each entry once, also those that go around the end of the table")
    func visitsOnce() {
        for kept in 0..<40 {
            var table = emptyTable()
            let cookies = ClusteredCookies.atTheEnd(40)
            for cookie in cookies { _ = table.insert(cookie, Marked(cookie: cookie, mark: 0)) }
            #expect(table.count == 40)
            table.filter { _, value in
                value.mark += 1
                return cookies[kept...].contains(value.cookie)
            }
            #expect(table.count == 40 - kept)
            let marks = cookies.map { cookie in table.index(of: cookie).map { table[$0].mark } }
            #expect(marks == Array(repeating: nil, count: kept) + Array(repeating: 1, count: 40 - kept))
        }
    }

    @Test("it grows to a hundred thousand entries, and shrinks to none")
    func growsAndShrinks() {
        var table = emptyTable()
        for cookie in 1...100_000 as ClosedRange<UInt64> {
            let isInserted = table.insert(cookie, Marked(cookie: cookie, mark: Int(cookie)))
            #expect(isInserted)
        }
        #expect(table.count == 100_000)
        for limit in [50_000, 5000, 500, 50, 5, 0] {
            for _ in 0..<3 { table.filter { $1.mark <= limit } }
            #expect(table.count == limit)
            #expect((1...UInt64(limit + 10)).allSatisfy { (table.index(of: $0) != nil) == ($0 <= limit) })
        }
        let isInserted = table.insert(7, Marked(cookie: 7, mark: 1))
        #expect(isInserted)
        #expect(table.index(of: 7) != nil)
    }

    @Test("it takes no more than its limit, and again when there is room")
    func limit() {
        var table = emptyTable(limit: 3)
        let areInserted = (1...5).map { table.insert($0, Marked(cookie: $0, mark: 0)) }
        #expect(areInserted == [true, true, true, false, false])
        table.filter { $1.cookie != 2 }
        let isInserted = table.insert(9, Marked(cookie: 9, mark: 0))
        #expect(isInserted)
        #expect(table.index(of: 4) == nil)
    }

    @Test("a cookie of 0 is never there")
    func zero() {
        var table = emptyTable()
        #expect(table.index(of: 0) == nil)
        let isInserted = table.insert(0, Marked(cookie: 0, mark: 0))
        #expect(!isInserted)
        #expect(table.count == 0)
    }
}
