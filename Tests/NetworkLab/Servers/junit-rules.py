"""Reads a JUnit report as its strictest readers do: argument FILE. Says the cases, a line each, or what is wrong.

The rules are those that Ant's schema and that of Jenkins' xUnit plugin make together: which elements and attributes
there may be, which there must be, in which order, and what their values look like. Beyond the schemas, the counts of a
suite are those of its cases."""

import re
import sys
import xml.etree.ElementTree as Tree

NUMBER = re.compile(r"[0-9]{1,3}([0-9]{3})*[0-9]*(\.[0-9]+)?")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
SUITE = {"package", "id", "name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}
TROUBLES = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"not a JUnit report: {what}")


def is_token(text: str) -> bool:
    return text != "" and text == " ".join(text.split())


def read_case(case: Tree.Element) -> str | None:
    check(set(case.attrib) == {"name", "classname", "time"}, f"attributes of a case: {case.attrib}")
    check(is_token(case.get("name")) and is_token(case.get("classname")), "names of a case are tokens")
    check(NUMBER.fullmatch(case.get("time")) is not None, f"time of a case: {case.get('time')}")
    check(len(case) <= 1, "a case has one outcome")
    if len(case) == 0:
        return None
    check(case[0].tag in TROUBLES, f"{case[0].tag} in a case")
    check(set(case[0].attrib) == {"type", "message"} and len(case[0]) == 0, f"attributes of {case[0].tag}")
    return case[0].tag


def read_suite(number: int, suite: Tree.Element) -> None:
    check(suite.tag == "testsuite", suite.tag)
    check(set(suite.attrib) == SUITE, f"attributes of a suite: {sorted(suite.attrib)}")
    check(suite.get("id") == str(number), "suites are numbered from 0")
    check(all(is_token(suite.get(name)) for name in ("package", "name", "hostname")), "names of a suite are tokens")
    check(TIMESTAMP.fullmatch(suite.get("timestamp")) is not None, f"timestamp {suite.get('timestamp')}")
    check(NUMBER.fullmatch(suite.get("time")) is not None, f"time {suite.get('time')}")
    tags = [element.tag for element in suite]
    cases = suite.findall("testcase")
    order = ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"]
    check(tags == order, f"elements of a suite: {tags}")
    troubles = [read_case(case) for case in cases]
    check(suite.get("tests") == str(len(cases)), "tests are all cases")
    for tag, attribute in TROUBLES.items():
        check(suite.get(attribute) == str(troubles.count(tag)), f"{attribute} of the suite {suite.get('name')}")
    for case, trouble in zip(cases, troubles):
        message = f": {case[0].get('message')}" if trouble else ""
        print(f"{suite.get('name')}: {case.get('name')}: {trouble or 'ok'}{message}")


root = Tree.parse(sys.argv[1]).getroot()
check(root.tag == "testsuites" and not root.attrib, f"<{root.tag}> {root.attrib}")
for number, suite in enumerate(root):
    read_suite(number, suite)
