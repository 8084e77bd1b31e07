/// Configurations that are wrong in a watch or its companion.
extension BadConfiguration {
    static let watches: [BadConfiguration] = [
        BadConfiguration(
            "watch: { ports: 80 }",
            "config.yml:1:8: watch: must be a list such as `- ports: [8080]`, but is a mapping"
        ),
        BadConfiguration(
            "watch: [8080]",
            """
            config.yml:1:9: watch[0]: must be a mapping of name, ports, side, heartbeat_interval, \
            close_wait_stuck_after, close_wait_window, companion, but is `8080`
            """
        ),
        BadConfiguration(
            "watch: [~]",
            """
            config.yml:1:9: watch[0]: must be a mapping of name, ports, side, heartbeat_interval, \
            close_wait_stuck_after, close_wait_window, companion, but is empty
            """
        ),
        BadConfiguration("watch:\n  - name: a\n", "config.yml:2:5: watch[0]: `ports` is missing; add `ports: [8080]`"),
        BadConfiguration("watch:\n  - ports:\n", "config.yml:2:5: watch[0]: `ports` is missing; add `ports: [8080]`"),
        BadConfiguration(
            "watch:\n  - ports: []\n",
            "config.yml:2:12: watch[0].ports: names no port; write them like [8080, 9000-9003]"
        ),
        BadConfiguration(
            "watch:\n  - name: orders\n    ports: [80800]\n",
            "config.yml:3:13: watch[0].ports: 80800 is not a port (1-65535)"
        ),
        BadConfiguration("watch:\n  - ports: [0]\n", "config.yml:2:13: watch[0].ports: 0 is not a port (1-65535)"),
        BadConfiguration(
            "watch:\n  - ports: [80, ~, 9003-9000, http, -80, 0x50, 080, 1-2-3]\n",
            """
            config.yml:2:17: watch[0].ports: must be text such as 8080 or 9000-9003, but is empty
            config.yml:2:20: watch[0].ports: 9003-9000 is reversed; write 9000-9003
            config.yml:2:31: watch[0].ports: `http` is not a port; write 8080, or 9000-9003 for a range
            config.yml:2:37: watch[0].ports: `-80` is not a port; write 8080, or 9000-9003 for a range
            config.yml:2:42: watch[0].ports: `0x50` is not a port; write 8080, or 9000-9003 for a range
            config.yml:2:48: watch[0].ports: 080 has a leading zero; write 80
            config.yml:2:53: watch[0].ports: `1-2-3` is not a port; write 8080, or 9000-9003 for a range
            """
        ),
        BadConfiguration(
            "watch:\n  - ports: \"80,,81\"\n",
            "config.yml:2:12: watch[0].ports: `80,,81` lacks a port; write them like 8080,9000-9003"
        ),
        BadConfiguration(
            "watch:\n  - ports: { from: 80 }\n",
            "config.yml:2:12: watch[0].ports: must be a list such as [8080, 9000-9003], but is a mapping"
        ),
        BadConfiguration(
            "watch:\n  - ports: [[80]]\n",
            "config.yml:2:13: watch[0].ports: must be text such as 8080 or 9000-9003, but is a list"
        ),
        BadConfiguration(
            "watch:\n  - ports: [80, 81, 79-80]\n",
            "config.yml:2:21: watch[0].ports: port 80 is listed twice; remove one of the two"
        ),
        BadConfiguration(
            "watch:\n  - ports: 80\n  - side: server\n    ports: [79, 70-90]\n",
            "config.yml:4:17: watch[1].ports: port 79 is listed twice; remove one of the two"
        ),
        BadConfiguration(
            "watch:\n  - ports: 80\n    side: server\n  - { ports: 80, side: client }\n",
            """
            config.yml:4:14: watch[1].ports: port 80 is already watched by watch[0] (config.yml:2:12); \
            remove it from one of the two
            """
        ),
        BadConfiguration(
            "watch:\n  - ports: 1-1024\n  - ports: 2000-65535\n  - ports: 1025\n",
            "config.yml:3:12: watch[1].ports: more than 1024 ports are watched in all; name fewer"
        ),
        BadConfiguration(
            "watch:\n  - { name: a, ports: 80 }\n  - { name: a, ports: 81 }\n",
            """
            config.yml:3:13: watch[1].name: `a` is already the name of watch[0] (config.yml:2:13); choose \
            another
            """
        ),
        BadConfiguration(
            "watch:\n  - { name: \"a b\", ports: 80 }\n",
            "config.yml:2:13: watch[0].name: `a b` is not a name; use 1 to 64 of a-z A-Z 0-9 _ . : -"
        ),
        BadConfiguration(
            "watch:\n  - { name: \"\", ports: 80 }\n",
            "config.yml:2:13: watch[0].name: `` is not a name; use 1 to 64 of a-z A-Z 0-9 _ . : -"
        ),
        BadConfiguration(
            "watch:\n  - { ports: 80, side: sever }\n",
            "config.yml:2:24: watch[0].side: `sever` is not known; did you mean `server`?"
        ),
        BadConfiguration(
            "watch:\n  - { ports: 80, side: \"a\\nb\\e[31m\" }\n",
            "config.yml:2:24: watch[0].side: `a\\nb\\u{1B}[31m` is not known; known are: server, client"
        ),
        BadConfiguration(
            "watch:\n  - { ports: 80, heartbeat: 15s }\n",
            "config.yml:2:18: watch[0].heartbeat: unknown key; did you mean `heartbeat_interval`?"
        ),
    ]

    /// Each is the inside of `watch[0].companion`, which begins in line 4.
    static let companions: [BadConfiguration] = [
        BadConfiguration(
            "      preset: generic\n",
            """
            config.yml:4:7: watch[0].companion: `url` is missing; add `url: http://127.0.0.1:8080/metrics`
            """
        ),
        BadConfiguration(
            "      url: [x]\n",
            """
            config.yml:4:12: watch[0].companion.url: must be text such as http://127.0.0.1:8080/metrics, \
            but is a list
            """
        ),
        BadConfiguration(
            "      url: 127.0.0.1:8080\n",
            """
            config.yml:4:12: watch[0].companion.url: `127.0.0.1:8080` is not an http or https address; \
            write it like http://127.0.0.1:8080/metrics
            """
        ),
        BadConfiguration(
            "      url: http:///metrics\n",
            """
            config.yml:4:12: watch[0].companion.url: `http:///metrics` has no valid host; write it like \
            http://127.0.0.1:8080/metrics
            """
        ),
        BadConfiguration(
            "      url: http://u:secret@h/metrics\n",
            """
            config.yml:4:12: watch[0].companion.url: a user name or password in the address is not \
            supported; remove what stands before the `@`
            """
        ),
        BadConfiguration(
            "      url: http://h:0/\n",
            "config.yml:4:12: watch[0].companion.url: `0` in the address is not a port (1-65535)"
        ),
        BadConfiguration(
            "      url: http://h:+80/\n",
            "config.yml:4:12: watch[0].companion.url: `+80` in the address is not a port (1-65535)"
        ),
        BadConfiguration(
            "      url: http://[::1/\n",
            """
            config.yml:4:12: watch[0].companion.url: `http://[::1/` has no valid host; write it like \
            http://127.0.0.1:8080/metrics
            """
        ),
        BadConfiguration(
            "      url: http://h/a b\n",
            """
            config.yml:4:12: watch[0].companion.url: `http://h/a b` contains a space or a character outside \
            ASCII; write it percent-encoded
            """
        ),
        BadConfiguration(
            "      url: http://h/#a\n",
            """
            config.yml:4:12: watch[0].companion.url: `http://h/#a` has a fragment (`#...`), which no server \
            sees; remove it
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      preset: ngninx\n",
            """
            config.yml:5:15: watch[0].companion.preset: there is no preset `ngninx`; did you mean `nginx`?
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      format: xml\n",
            """
            config.yml:5:15: watch[0].companion.format: `xml` is not known; known are: auto, prometheus, \
            openmetrics, json, key-value, stub-status
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      timeout: 61s\n",
            "config.yml:5:16: watch[0].companion.timeout: 61s is out of range; allowed are 100ms to 1m"
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_conections: { name: a } }\n",
            """
            config.yml:5:18: watch[0].companion.metrics.active_conections: unknown key; did you mean \
            `active_connections`?
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      ca_file: ca.pem\n",
            """
            config.yml:5:16: watch[0].companion.ca_file: only an https address has a certificate; write https:// in \
            `url`, or remove `ca_file`
            """
        ),
        BadConfiguration(
            "      url: https://h/\n      ca_file: [ca.pem]\n",
            "config.yml:5:16: watch[0].companion.ca_file: must be text such as ca.pem, but is a list"
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: a }\n",
            """
            config.yml:5:38: watch[0].companion.metrics.active_connections: must be a mapping of name, \
            labels, aggregate, kind, but is `a`
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { kind: gauge } }\n",
            """
            config.yml:5:38: watch[0].companion.metrics.active_connections: `name` is missing; add `name: \
            sse_active_connections`
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, kind: percent } }\n",
            """
            config.yml:5:55: watch[0].companion.metrics.active_connections.kind: active_connections \
            cannot be a percent, only gauge
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, aggregate: avg } }\n",
            """
            config.yml:5:60: watch[0].companion.metrics.active_connections.aggregate: `avg` is not known; \
            known are: sum, max, first
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, labels: { l: '~(' } } }\n",
            """
            config.yml:5:62: watch[0].companion.metrics.active_connections.labels.l: \"(\" is not a regular \
            expression: expected ')'
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, labels: { l: ~ } } }\n",
            """
            config.yml:5:62: watch[0].companion.metrics.active_connections.labels.l: must be text such as \
            orders, ~regex or { regex: ... }, but is empty
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, labels: { 1l: x } } }\n",
            """
            config.yml:5:59: watch[0].companion.metrics.active_connections.labels.1l: not a label name; \
            letters, digits and _ are allowed, and no digit in front
            """
        ),
        BadConfiguration(
            "      url: http://h/\n      metrics: { active_connections: { name: a, labels: [x] } }\n",
            """
            config.yml:5:57: watch[0].companion.metrics.active_connections.labels: must be a mapping such \
            as { stream: orders }, but is a list
            """
        ),
    ]
}
