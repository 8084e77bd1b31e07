internal import ArgumentParser

struct MetricsReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics-reference",
        abstract: "Print the reference of all metrics, as Markdown.",
        shouldDisplay: false
    )

    func run() {
        Terminal.write(MetricsReference.markdown, to: 1)
    }
}
