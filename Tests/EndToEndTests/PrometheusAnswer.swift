import FoundationEssentials
import NetworkLab

/// What Prometheus' API answers, as far as the tests ask.
struct PrometheusAnswer<Content: Decodable>: Decodable {
    let status: String
    let data: Content?
    let error: String?
}

struct QueryResult: Decodable {
    let result: [Series]

    struct Series: Decodable {
        let metric: [String: String]
        let value: Value
    }

    /// `[TIME, "VALUE"]`
    struct Value: Decodable {
        let number: Double

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            _ = try parts.decode(Double.self)
            let text = try parts.decode(String.self)
            guard let number = Double(text) else { throw LabError("not a number of Prometheus: \(text)") }
            self.number = number
        }
    }
}

struct RuleGroups: Decodable {
    let groups: [Group]

    struct Group: Decodable {
        let rules: [Rule]
    }

    struct Rule: Decodable {
        let name: String
        /// `ok`, `err`, or `unknown` before its first evaluation.
        let health: String
        let lastError: String?
    }
}

struct TargetMetadata: Decodable {
    let metric: String?
    let type: String
    let unit: String
}
