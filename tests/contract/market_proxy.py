#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
market_proxy.py OPENAPI UPSTREAM

Stands between claimd and whatever plays Yandex Market, hands everything on, and holds each request and each answer against
Market's own OpenAPI description with jsonschema. Says where it listens, then a line for each exchange, before it is answered: the
names of the request's parameters and of its body's members, and what is wrong with it.

    ok POST /v1/businesses/{businessId}/orders ?limit&pageToken {dates,fake} 200
    bad POST /v1/businesses/{businessId}/orders ?limit {orderIds} 200: answer: orders/0: 'substatus' is a required property

Runs until it is killed. For tests/system/test_market_contract.c; decides nothing about claimd.
"""
import datetime
import http.client
import http.server
import json
import re
import sys
import threading
import urllib.parse

import jsonschema
import yaml

FORMATS = jsonschema.FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value):
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("int64")
def is_int64(value):
    return not isinstance(value, int) or -2**63 <= value < 2**63


@FORMATS.checks("int32")
def is_int32(value):
    return not isinstance(value, int) or -2**31 <= value < 2**31


def to_json_schema(node):
    """OpenAPI 3.0 says nullable: true where JSON Schema has a type null; and YAML reads example values as dates."""
    if isinstance(node, list):
        return [to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: to_json_schema(value) for key, value in node.items() if key not in ("example", "examples")}
    if node.pop("nullable", False):
        if "type" in node:
            node["type"] = [node["type"], "null"]
        if "enum" in node:
            node["enum"] = node["enum"] + [None]
    return node


def parts_of_wholes(node):
    """The names of the schemas that others are put together from."""
    if isinstance(node, list):
        return set().union(*map(parts_of_wholes, node))
    if not isinstance(node, dict):
        return set()
    parts = {part["$ref"].rpartition("/")[2] for part in node.get("allOf", []) if "$ref" in part}
    return parts.union(*map(parts_of_wholes, node.values()))


def shortened(message):
    """It begins with the value that is wrong, which may be a whole list."""
    return message if len(message) <= 200 else message[:100] + "..." + message[-100:]


class Contract:
    """Market's description, and what of it a request or an answer breaks."""

    # Market adds to these without notice: "other values may be returned".
    OPEN = ("OrderStatusType", "OrderSubstatusType")

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.doc = to_json_schema(yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        schemas = self.doc["components"]["schemas"]
        for name in self.OPEN:
            schemas[name].pop("enum", None)
        # A member that is not described is misspelled, or invented.
        for name in schemas.keys() - parts_of_wholes(schemas):
            if "properties" in schemas[name] and "allOf" not in schemas[name]:
                schemas[name].setdefault("additionalProperties", False)
        self.resolver = jsonschema.RefResolver("", self.doc)
        self.paths = []
        for template, operations in self.doc["paths"].items():
            pattern = re.sub(r"\\{([^}]*)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            self.paths.append((re.compile(pattern + "$"), template, operations))

    def find(self, method, path):
        for pattern, template, operations in self.paths:
            match = pattern.match(path)
            if match and method.lower() in operations:
                return template, operations[method.lower()], match.groupdict()
        return path, None, {}

    def deref(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def schema_errors(self, what, schema, value):
        validator = jsonschema.Draft7Validator(schema, resolver=self.resolver, format_checker=FORMATS)
        for error in validator.iter_errors(value):
            yield "%s: %s: %s" % (what, "/".join(map(str, error.absolute_path)), shortened(error.message))

    def body_errors(self, what, described, headers, body):
        content = self.deref(described).get("content", {})
        if "application/json" not in content:
            return
        if headers.get_content_type() != "application/json":
            yield "%s: its type is %s" % (what, headers.get_content_type())
        try:
            value = json.loads(body)
        except ValueError as error:
            yield "%s: no JSON: %s" % (what, error)
            return
        yield from self.schema_errors(what, content["application/json"]["schema"], value)

    def described_parameters(self, operation, where):
        described = map(self.deref, operation.get("parameters", []))
        return {parameter["name"]: self.deref(parameter["schema"]) for parameter in described if parameter["in"] == where}

    def value_errors(self, name, schema, text):
        value = int(text) if schema.get("type") == "integer" and text.isdigit() else text
        yield from self.schema_errors("request: parameter " + name, schema, value)

    def parameter_errors(self, operation, parts, parameters, headers):
        for name, schema in self.described_parameters(operation, "path").items():
            yield from self.value_errors(name, schema, parts[name])
        known = self.described_parameters(operation, "query")
        # Market takes both names.
        if "page_token" in known:
            known.setdefault("pageToken", known["page_token"])
        for name, text in parameters:
            if name not in known:
                yield "request: there is no parameter %s" % name
            else:
                yield from self.value_errors(name, known[name], text)
        if not headers.get("Api-Key"):
            yield "request: no Api-Key"

    def request_errors(self, operation, parts, parameters, headers, body):
        yield from self.parameter_errors(operation, parts, parameters, headers)
        if "requestBody" in operation:
            yield from self.body_errors("request", operation["requestBody"], headers, body)

    def answer_errors(self, operation, status, headers, body):
        if str(status) in operation["responses"]:
            yield from self.body_errors("answer", operation["responses"][str(status)], headers, body)
        else:
            yield "answer: there is no status %d" % status


def shape_of(parameters, body):
    """What is asked for, by names."""
    try:
        members = sorted(json.loads(body))
    except (TypeError, ValueError):
        members = []
    shape = ["?" + "&".join(name for name, text in parameters)] if parameters else []
    return " ".join(shape + ["{" + ",".join(members) + "}"] if members else shape)


def make_handler(contract, upstream, lock):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args):
            pass

        def fetch(self, body):
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection", "content-length")}
            connection = http.client.HTTPConnection(upstream)
            connection.request(self.command, self.path, body, kept)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, answer.headers, content

        def judge(self, body, status, headers, answer):
            path, _, query = self.path.partition("?")
            parameters = urllib.parse.parse_qsl(query, keep_blank_values=True)
            template, operation, parts = contract.find(self.command, path)
            exchange = " ".join(filter(None, (self.command, template, shape_of(parameters, body), str(status))))
            errors = ["there is no such method"]
            if operation:
                errors = list(contract.request_errors(operation, parts, parameters, self.headers, body))
                errors += contract.answer_errors(operation, status, headers, answer)
            with lock:
                for error in errors:
                    print("bad %s: %s" % (exchange, error), flush=True)
                if not errors:
                    print("ok %s" % exchange, flush=True)

        def pass_on(self, status, headers, answer):
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def exchange(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, answer = self.fetch(body)
            self.judge(body, status, headers, answer)
            self.pass_on(status, headers, answer)

        do_GET = exchange
        do_POST = exchange
        do_PUT = exchange

    return Handler


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: market_proxy.py OPENAPI UPSTREAM")
    handler = make_handler(Contract(sys.argv[1]), urllib.parse.urlsplit(sys.argv[2]).netloc, threading.Lock())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    print("listening on http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever()


main()
