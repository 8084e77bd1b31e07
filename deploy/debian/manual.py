"""Writes sse-sockwatch(1) from what the program tells of itself.

    sse-sockwatch --experimental-dump-help | python3 manual.py VERSION SECONDS > sse-sockwatch.1

SECONDS since 1970 are the date of the page.
"""

import datetime
import json
import sys

SERVICE_FILES = """\
.SH FILES
.TP
.I /etc/sse\\-sockwatch/config.yml
What is watched; all keys are in
.IR /usr/share/doc/sse\\-sockwatch/docs/configuration.md .
.TP
.I /etc/default/sse\\-sockwatch
.BR ARGS :
the flags of
.B run
for the service.
.TP
.I /usr/share/sse\\-sockwatch
Alert rules for Prometheus, and the dashboard for Grafana.
.TP
.I /usr/share/doc/sse\\-sockwatch/examples
Settings for the service that grant it more rights, and say what for.
.SH SEE ALSO
.BR ss (8),
.BR sock_diag (7),
.BR systemctl (1),
.I /usr/share/doc/sse\\-sockwatch/README.md
"""


def text(plain):
    """Plain text as roff: nothing in it is a request, and a hyphen is one that can be copied into a shell."""
    escaped = plain.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in escaped.split("\n"))


def bold(plain):
    return f"\\fB{text(plain)}\\fR"


def italic(plain):
    return f"\\fI{text(plain)}\\fR"


def name(names):
    return ("--" if names["kind"] == "long" else "-") + names["name"]


def shown(command):
    return [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]


def label(argument):
    """`--port <port>`, `-h, --help`, `<file>`."""
    if argument["kind"] == "positional":
        return italic(argument["valueName"])
    names = ", ".join(bold(name(n)) for n in argument["names"])
    return names if argument["kind"] == "flag" else f"{names} {italic(argument['valueName'])}"


def synopsis(command):
    words = [bold(command["commandName"])]
    arguments = shown(command)
    if any(a["kind"] != "positional" for a in arguments):
        words.append(f"[{italic('options')}]")
    for argument in (a for a in arguments if a["kind"] == "positional"):
        word = italic(argument["valueName"]) + ("..." if argument["isRepeating"] else "")
        words.append(f"[{word}]" if argument["isOptional"] else word)
    return " ".join(words)


def paragraphs(command):
    return [p for p in (command.get("discussion") or "").split("\n\n") if p.strip()]


def options(command):
    """The options of a command. A flag and its opposite (`--no-...`) stand together, as they do in the help."""
    lines = []
    arguments = shown(command)
    opposites = {a["names"][0]["name"]: a for a in arguments if a["kind"] == "flag"}
    for argument in arguments:
        names = [n["name"] for n in argument.get("names", [])]
        # Every command has these two; they stand once, at the top.
        if command.get("superCommands") and names in (["version"], ["h", "help"]):
            continue
        if names and names[0].startswith("no-") and names[0][3:] in opposites:
            continue
        title = label(argument)
        opposite = opposites.get(f"no-{names[0]}") if names else None
        if opposite:
            title += f", {label(opposite)}"
        facts = []
        if argument.get("allValues"):
            facts.append("one of " + ", ".join(argument["allValues"]))
        if argument.get("defaultValue") is not None:
            facts.append("default: " + argument["defaultValue"])
        meaning = argument.get("abstract", "")
        if facts:
            meaning += f" ({'; '.join(facts)})"
        lines += [".TP", title, text(meaning)]
    return lines


def page(root, version, date):
    lines = [
        f'.TH SSE\\-SOCKWATCH 1 "{date}" "sse\\-sockwatch {text(version)}" "User Commands"',
        ".SH NAME",
        f"sse\\-sockwatch \\- {text(root['abstract'][0].lower() + root['abstract'][1:].rstrip('.'))}",
        ".SH SYNOPSIS",
    ]
    commands = [c for c in root["subcommands"] if c.get("shouldDisplay", True) and c["commandName"] != "help"]
    for command in commands:
        lines += [f"{bold('sse-sockwatch')} {synopsis(command)}", ".br"]
    lines[-1] = ".SH DESCRIPTION"
    exits = "Exit codes: "
    for number, paragraph in enumerate(p for p in paragraphs(root) if not p.startswith(exits)):
        lines += [".PP"] * (number > 0) + [text(paragraph)]
    lines += [".SH OPTIONS"] + options(root)
    lines += [".SH COMMANDS"]
    for command in commands:
        lines += [f".SS {synopsis(command)}", text(command["abstract"])]
        for paragraph in paragraphs(command):
            lines += [".PP", text(paragraph)]
        lines += options(command)
    lines += [".SH EXIT STATUS"]
    lines += [text(p.removeprefix(exits)) for p in paragraphs(root) if p.startswith(exits)]
    return "\n".join(lines) + "\n" + SERVICE_FILES


def main():
    version, seconds = sys.argv[1:]
    date = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).date().isoformat()
    sys.stdout.write(page(json.load(sys.stdin)["command"], version, date))


main()
