/// An array in blocks of fixed size: growing moves nothing and never holds the elements twice, and what shrinks gives
/// its memory back.
struct ChunkedArray<Element: BitwiseCopyable & Sendable>: Sendable {
    private var chunks: [[Element]] = []
    private(set) var count = 0

    private static var chunkBits: Int { 12 }
    private static var chunkSize: Int { 1 << chunkBits }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.chunkBits][index & (Self.chunkSize - 1)] }
        _modify { yield &chunks[index >> Self.chunkBits][index & (Self.chunkSize - 1)] }
    }

    mutating func append(_ element: Element) {
        let chunk = count >> Self.chunkBits
        if chunk == chunks.count {
            chunks.append([])
            // The first grows as needed: many arrays stay small.
            if chunk > 0 { chunks[chunk].reserveCapacity(Self.chunkSize) }
        }
        chunks[chunk].append(element)
        count += 1
    }

    /// Removes an element and puts the last one in its place.
    mutating func swapRemove(at index: Int) {
        count -= 1
        let last = chunks[count >> Self.chunkBits].removeLast()
        if index < count { self[index] = last }
        // One empty chunk stays, so that coming and going at its edge allocates nothing.
        if chunks.count > count >> Self.chunkBits + 2 { chunks.removeLast() }
    }

    mutating func swapAt(_ one: Int, _ other: Int) {
        let element = self[one]
        self[one] = self[other]
        self[other] = element
    }

    /// Removes every element and keeps their room.
    mutating func removeAll() {
        for chunk in chunks.indices { chunks[chunk].removeAll(keepingCapacity: true) }
        count = 0
    }

    func forEach(_ visit: (Element) -> Void) {
        for chunk in chunks { for element in chunk { visit(element) } }
    }
}
