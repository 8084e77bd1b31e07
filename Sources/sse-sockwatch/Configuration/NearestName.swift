/// Finds what was probably meant by a name that does not exist.
enum NearestName {
    /// The candidate with the fewest edits from `name`, if that is near enough to be a typing mistake: at most a third
    /// of the name's length, and at least one edit is always allowed. Else the only candidate that goes on from `name`.
    static func suggestion(for name: String, among candidates: [String]) -> String? {
        let typed = folded(name)
        guard !typed.isEmpty, typed.count <= 64 else { return nil }
        let ranked = candidates.map { (name: $0, distance: distance(typed, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(1, typed.count / 3) { return best.name }
        let longer = candidates.filter { folded($0).starts(with: typed) }
        return longer.count == 1 && typed.count >= 3 ? longer.first : nil
    }

    /// How a message goes on after an unknown name: the nearest one, or all there are.
    static func hint(for name: String, among candidates: [String]) -> String {
        if let suggestion = suggestion(for: name, among: candidates) { return "did you mean `\(suggestion)`?" }
        return "known are: \(candidates.joined(separator: ", "))"
    }

    /// `Cpu-Budget` and `cpu_budget` are the same mistake as no mistake.
    private static func folded(_ name: String) -> [Character] {
        name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    /// Edits (insert, delete, replace, swap neighbours) from one to the other.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
