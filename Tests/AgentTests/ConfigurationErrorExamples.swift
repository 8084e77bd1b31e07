/// Configurations that are wrong as YAML, or in the values of the agent as a whole.
extension BadConfiguration {
    static let syntax: [BadConfiguration] = [
        BadConfiguration(
            "a: [1, 2",
            """
            config.yml:2:1: the list that begins at 1:4 goes wrong here; a `,` or the closing `]` is missing
            """
        ),
        BadConfiguration("sampling:\n\tinterval: 5s\n", "config.yml:2:1: a tab cannot indent; use spaces"),
        BadConfiguration(
            "sampling: interval: 5s\n",
            """
            config.yml:1:19: a `:` is not allowed here; check the indentation, or put text that contains `: \
            ` in quotes
            """
        ),
        BadConfiguration("sampling: @x\n", "config.yml:1:11: `@` cannot begin a value; put the text in quotes"),
        BadConfiguration(
            "sampling:\n  interval: 5s\n cpu_budget: 2%\n",
            """
            config.yml:3:2: a key is expected here; indent it like the other keys of the mapping that \
            begins at 1:1
            """
        ),
        BadConfiguration(
            "sampling: { interval: 5s\nwatch: []\n",
            """
            config.yml:2:6: the mapping that begins at 1:11 goes wrong here; a `,` or the closing `}` is \
            missing
            """
        ),
        BadConfiguration(
            "sampling: \"5s\n",
            "config.yml:2:1: the text that begins at 1:11 is not closed; add the closing quote"
        ),
        BadConfiguration(
            "watch: []\nsampling: {}\nwatch: []\n",
            "config.yml:3:1: watch: written twice, first at 1:1; remove one of the two"
        ),
        BadConfiguration(
            "watch:\n  - ports: 80\n    ports: 81\n",
            "config.yml:3:5: watch[0].ports: written twice, first at 2:5; remove one of the two"
        ),
        BadConfiguration(
            "sampling: &s {}\ndefaults: *s\n",
            "config.yml:1:11: sampling: anchors are not supported; remove `&s`"
        ),
        BadConfiguration(
            "sampling: *s\n",
            "config.yml:1:11: sampling: aliases are not supported; write the value out in place of `*s`"
        ),
        BadConfiguration("sampling: !!str x\n", "config.yml:1:11: sampling: tags are not supported; remove `!!str`"),
        BadConfiguration("? [a]\n: b\n", "config.yml:1:3: a key must be text, not a list or mapping"),
        BadConfiguration(
            "watch: []\n---\nwatch: []\n",
            "config.yml:2:1: a second document begins here; a configuration is one document"
        ),
        BadConfiguration("a: b\u{0}c\n", "config.yml:1:5: control characters are not allowed; remove the character"),
        BadConfiguration("a:\n - ü\u{1}\n", "config.yml:2:5: control characters are not allowed; remove the character"),
        BadConfiguration(String(repeating: "[", count: 65), "config.yml:1:65: nested deeper than 64 levels"),
        BadConfiguration(
            String(repeating: "#", count: 1_048_577),
            "config.yml: larger than 1048576 bytes; check that it is the right file"
        ),
    ]

    static let values: [BadConfiguration] = [
        BadConfiguration(
            "[]",
            """
            config.yml:1:1: must be a mapping of sampling, evidence, defaults, watch, network_namespaces, but is a \
            list
            """
        ),
        BadConfiguration(
            "watch",
            """
            config.yml:1:1: must be a mapping of sampling, evidence, defaults, watch, network_namespaces, but is \
            `watch`
            """
        ),
        BadConfiguration("smapling: {}", "config.yml:1:1: smapling: unknown key; did you mean `sampling`?"),
        BadConfiguration(
            "colour: red",
            """
            config.yml:1:1: colour: unknown key; known are: sampling, evidence, defaults, watch, network_namespaces
            """
        ),
        BadConfiguration(
            "sampling: 5s",
            "config.yml:1:11: sampling: must be a mapping of interval, cpu_budget, but is `5s`"
        ),
        BadConfiguration(
            "sampling:\n  Interval: 5s",
            "config.yml:2:3: sampling.Interval: unknown key; did you mean `interval`?"
        ),
        BadConfiguration(
            "sampling: { interval: 5 }",
            """
            config.yml:1:23: sampling.interval: 5 has no unit; write 5s for seconds or 5ms for milliseconds
            """
        ),
        BadConfiguration(
            "sampling: { interval: 1.5s }",
            """
            config.yml:1:23: sampling.interval: `1.5s` is not a duration; write whole numbers, like 1s500ms
            """
        ),
        BadConfiguration(
            "sampling: { interval: 5m1h }",
            """
            config.yml:1:23: sampling.interval: `5m1h` is not a duration; write each unit once, the larger \
            ones first
            """
        ),
        BadConfiguration(
            "sampling: { interval: 5 s }",
            """
            config.yml:1:23: sampling.interval: `5 s` is not a duration; write it like 5s, 250ms or 1h30m
            """
        ),
        BadConfiguration(
            "sampling: { interval: -5s }",
            """
            config.yml:1:23: sampling.interval: `-5s` is not a duration; write it like 5s, 250ms or 1h30m
            """
        ),
        BadConfiguration(
            "sampling: { interval: 99999999999999999d }",
            """
            config.yml:1:23: sampling.interval: `99999999999999999d` is not a duration; write it like 5s, \
            250ms or 1h30m
            """
        ),
        BadConfiguration(
            "sampling: { interval: 99ms }",
            "config.yml:1:23: sampling.interval: 99ms is out of range; allowed are 100ms to 1h"
        ),
        BadConfiguration(
            "sampling: { interval: 1h1ms }",
            "config.yml:1:23: sampling.interval: 1h1ms is out of range; allowed are 100ms to 1h"
        ),
        BadConfiguration(
            "sampling: { interval: [5s] }",
            "config.yml:1:23: sampling.interval: must be text such as 5s, but is a list"
        ),
        BadConfiguration(
            "sampling: { cpu_budget: 0.02 }",
            "config.yml:1:25: sampling.cpu_budget: `0.02` is not a percentage; write it like 2% or 0.5%"
        ),
        BadConfiguration(
            "sampling: { cpu_budget: 0.05% }",
            "config.yml:1:25: sampling.cpu_budget: 0.05% is out of range; allowed are 0.1% to 100%"
        ),
        BadConfiguration(
            "sampling: { cpu_budget: 101% }",
            "config.yml:1:25: sampling.cpu_budget: 101% is out of range; allowed are 0.1% to 100%"
        ),
        BadConfiguration(
            "sampling: { cpu_budget: 1e1% }",
            "config.yml:1:25: sampling.cpu_budget: `1e1%` is not a percentage; write it like 2% or 0.5%"
        ),
        BadConfiguration(
            "sampling: { cpu_budget: 1.2.3% }",
            "config.yml:1:25: sampling.cpu_budget: `1.2.3%` is not a percentage; write it like 2% or 0.5%"
        ),
        BadConfiguration(
            "evidence:\n  sample_above: 99\n  tracked_sockets_limit: 10000001",
            """
            config.yml:2:17: evidence.sample_above: 99 is out of range; allowed are 100 to 10000000
            config.yml:3:26: evidence.tracked_sockets_limit: 10000001 is out of range; allowed are 100 to 10000000
            """
        ),
        BadConfiguration(
            "evidence: { sample_above: 99999999999999999999, tracked_sockets_limit: 200k }",
            """
            config.yml:1:27: evidence.sample_above: 99999999999999999999 is out of range; allowed are 100 to 10000000
            config.yml:1:72: evidence.tracked_sockets_limit: `200k` is not a whole number; write it like 10000000
            """
        ),
        BadConfiguration(
            "evidence: { sample_above: -1, tracked_sockets_limit: [1000] }",
            """
            config.yml:1:27: evidence.sample_above: `-1` is not a whole number; write it like 10000000
            config.yml:1:54: evidence.tracked_sockets_limit: must be text such as 10000000, but is a list
            """
        ),
        BadConfiguration(
            "evidence: { event_buffer_bytes: 4095 }",
            "config.yml:1:33: evidence.event_buffer_bytes: 4095 is out of range; allowed are 4096 to 268435456"
        ),
        BadConfiguration(
            "evidence: { sample_obove: 1000 }",
            "config.yml:1:13: evidence.sample_obove: unknown key; did you mean `sample_above`?"
        ),
        BadConfiguration(
            "defaults: { close_wait_stuck_after: none }",
            """
            config.yml:1:37: defaults.close_wait_stuck_after: `none` is not a duration; write it like 5s, \
            250ms or 1h30m
            """
        ),
        BadConfiguration(
            "network_namespaces: self",
            "config.yml:1:21: network_namespaces: must be a list such as [self], but is `self`"
        ),
        BadConfiguration(
            "network_namespaces: []",
            "config.yml:1:21: network_namespaces: names no namespace; write [self]"
        ),
        BadConfiguration(
            "network_namespaces: [self, a/b]",
            """
            config.yml:1:28: network_namespaces[1]: `a/b` is not a network namespace; write self, all, pid:N, \
            or a name that `ip netns list` shows
            """
        ),
        BadConfiguration(
            "network_namespaces: [pid:0]",
            """
            config.yml:1:22: network_namespaces[0]: `pid:0` is not a network namespace; write self, all, pid:N, \
            or a name that `ip netns list` shows
            """
        ),
        BadConfiguration(
            "network_namespaces: [blue, all]",
            "config.yml:1:28: network_namespaces[1]: `all` holds all others; write [all]"
        ),
        BadConfiguration(
            "network_namespaces: [self, blue, self]",
            "config.yml:1:34: network_namespaces[2]: `self` is listed twice; remove one of the two"
        ),
        BadConfiguration(
            "sampling:\n  interval: 5\n  cpu_budget: 2\nwatch:\n  - port: 80\ncolour: 1\nsampling: {}\n",
            """
            config.yml:2:13: sampling.interval: 5 has no unit; write 5s for seconds or 5ms for milliseconds
            config.yml:3:15: sampling.cpu_budget: `2` is not a percentage; write it like 2% or 0.5%
            config.yml:5:5: watch[0].port: unknown key; did you mean `ports`?
            config.yml:5:5: watch[0]: `ports` is missing; add `ports: [8080]`
            config.yml:6:1: colour: unknown key; known are: sampling, evidence, defaults, watch, network_namespaces
            config.yml:7:1: sampling: written twice, first at 1:1; remove one of the two
            """
        ),
    ]
}
