#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries of dashboards (JSON) and alert rules (YAML).

queries.py rules FILE...         prints all of them as recording rules, for promtool to say whether they can be parsed
queries.py names PAGE FILE...    fails unless PAGE, as claimd serves it under /metrics, has every metric that they name, and
                                 every value of a label that they ask for
"""
import json
import re
import sys

import yaml

# What Prometheus itself makes.
OWN = {"up"}
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
RANGE = re.compile(r"\[[^\]]*\]")
# A text, or a name with what follows it: a function's parenthesis or a metric's matchers.
TOKEN = re.compile(r'"[^"]*"|(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\()?(\{[^}]*\})?')
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$")
LABEL = re.compile(r'(\w+)(=~|!=|!~|=)"((?:[^"\\]|\\.)*)"')


def dashboard_queries(dashboard):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        inner = re.match(r"label_values\((.*), *\w+\)$", variable.get("definition", ""))
        if inner:
            yield inner[1]


def rule_queries(rules):
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def queries(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            if path.endswith(".json"):
                yield from ((path, query) for query in dashboard_queries(json.load(file)))
            else:
                yield from ((path, query) for query in rule_queries(yaml.safe_load(file)))


def print_rules(paths):
    rules = [
        {"record": f"query:{i}", "expr": query.replace("$__rate_interval", "5m")} for i, (_, query) in enumerate(queries(paths))
    ]
    json.dump({"groups": [{"name": "queries", "rules": rules}]}, sys.stdout)


def read_page(path):
    """The metrics that have a heading, and the labels of every sample, by the sample's name."""
    metrics, samples = {}, {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            heading = re.match(r"# TYPE (\w+) (\w+)$", line)
            sample = SAMPLE.match(line.rstrip("\n"))
            if heading:
                metrics[heading[1]] = heading[2]
            elif sample:
                samples.setdefault(sample[1], []).append({m[1]: m[3] for m in LABEL.finditer(sample[2] or "")})
    return metrics, samples


def is_told(name, metrics, samples):
    """By a sample; or by its heading, for what is not known at first. Of a histogram there are samples alone."""
    return name in OWN or name in samples or metrics.get(name, "histogram") != "histogram"


def selectors(query):
    """The names of metrics in QUERY, each with its matchers as text."""
    query = GROUPING.sub(" ", query)
    query = RANGE.sub(" ", query)
    for found in TOKEN.finditer(query):
        name, call, matchers = found.groups()
        if name and not call and name not in WORDS:
            yield name, matchers or ""


def wrong_labels(name, text, samples):
    """The matchers that no sample of the metric can satisfy."""
    for label, operator, value in LABEL.findall(text):
        values = {sample.get(label) for sample in samples.get(name, [])}
        if not values or label in ("instance", "job") or "$" in value:
            continue
        wanted = value.split("|") if operator in ("=~", "!~") else [value]
        if not set(wanted) <= values:
            yield f"{label}{operator}{value!r}"


def check_names(page, paths):
    metrics, samples = read_page(page)
    wrong = []
    for path, query in queries(paths):
        for name, text in selectors(query):
            if not is_told(name, metrics, samples):
                wrong.append(f"{path}: no metric {name}: {query}")
            wrong += [f"{path}: {name} never has {label}: {query}" for label in wrong_labels(name, text, samples)]
    if wrong:
        sys.exit("\n".join(wrong))
    print(sum(1 for _ in queries(paths)), "queries")


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "rules":
        print_rules(sys.argv[2:])
    elif len(sys.argv) > 3 and sys.argv[1] == "names":
        check_names(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)


main()
