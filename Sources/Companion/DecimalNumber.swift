/// Reads decimal numbers as people and JSON write them: `-12`, `0.5`, `1e3`.
///
/// `Double(String)` alone would also take `nan`, `infinity` and hexadecimal, which in a text or a JSON string are words
/// rather than numbers.
enum DecimalNumber {
    static func parse(_ bytes: some Collection<UInt8>) -> Double? {
        guard let first = bytes.first, bytes.allSatisfy(isNumberByte), first != UInt8(ascii: "e"),
            first != UInt8(ascii: "E")
        else {
            return nil
        }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default:
            false
        }
    }
}
