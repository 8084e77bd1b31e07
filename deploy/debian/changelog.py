"""Writes Debian's changelog from CHANGELOG.md.

    python3 changelog.py VERSION SECONDS < CHANGELOG.md > changelog

VERSION has to be that of the newest section that has one. SECONDS since 1970 are the date of sections without a date.
"""

import datetime
import email.utils
import re
import sys
import textwrap

MAINTAINER = "sse-sockwatch maintainers <sse-sockwatch@users.noreply.github.com>"
SECTION = re.compile(r"^## \[(?P<version>[0-9][^\]]*)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?")


def sections(lines):
    """Version, date or None, and entries of each section, as they stand."""
    found = []
    for line in lines:
        if line.startswith("## "):
            match = SECTION.match(line)
            found.append((match["version"], match["date"], []) if match else None)
        elif found and found[-1]:
            entries = found[-1][2]
            if line.startswith("- "):
                entries.append(line[2:].strip())
            elif line.startswith("  ") and entries:
                entries[-1] += " " + line.strip()
    return [section for section in found if section]


def plain(markdown):
    return re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", markdown)


def main():
    newest, seconds = sys.argv[1:]
    releases = sections(sys.stdin)
    if not releases or releases[0][0] != newest:
        sys.exit(f"changelog.py: the newest section of CHANGELOG.md is not that of {newest}, which the program tells")
    for version, date, entries in releases:
        moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
        if date:
            moment = datetime.datetime.fromisoformat(date).replace(hour=12, tzinfo=datetime.timezone.utc)
        # A release candidate comes before its release.
        print(f"sse-sockwatch ({version.replace('-', '~')}) unstable; urgency=medium\n")
        for entry in entries:
            print(textwrap.fill(plain(entry), 78, initial_indent="  * ", subsequent_indent="    "))
        print(f"\n -- {MAINTAINER}  {email.utils.format_datetime(moment)}\n")


main()
