"""Holds recorded replies against botocore's service models.

Reads JSON lines {service, operation, status, headers, body} (body as base64), writes one JSON line for each reply:
{service, operation, code, throttled, problems}. A problem is an element the model does not know, a value of the wrong
type or outside of what the model allows for it, a required member that is missing, or an error that neither the
operation's model nor its protocol knows. `code` is what botocore's own parser makes of an error (null where the reply
is none), `throttled` whether botocore would slow down for it.
"""
import base64
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import botocore.parsers
import botocore.session
from botocore.awsrequest import HeadersDict
from botocore.retries.standard import ThrottledRetryableChecker

session = botocore.session.get_session()
models = {}

# What a service answers before the operation is looked at stands in no model.
JSON_COMMON = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "InternalFailure",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}
COMMON_ERRORS = {
    "json": JSON_COMMON,
    "rest-json": JSON_COMMON,
    "query": {
        "AccessDenied",
        "ExpiredToken",
        "InternalFailure",
        "InvalidAction",
        "InvalidClientTokenId",
        "MissingAction",
        "ServiceUnavailable",
        "Throttling",
        "ValidationError",
    },
}


def model_of(service):
    if service not in models:
        models[service] = session.get_service_model(service)
    return models[service]


def in_headers(shape):
    return shape.serialization.get("location") in ("header", "headers", "statusCode")


def measure_problems(shape, size, what, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        return [f"{path}: {what} {size}, the model asks for {least} or more"]
    if most is not None and size > most:
        return [f"{path}: {what} {size}, the model allows {most}"]
    return []


def matches(pattern, text):
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        # Written for another language's regular expressions.
        return True


def text_problems(shape, text, path):
    if shape.enum and text not in shape.enum:
        return [f"{path}: {text!r} is none of {', '.join(shape.enum)}"]
    found = measure_problems(shape, len(text), "length", path)
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not matches(pattern, text):
        found.append(f"{path}: {text!r} does not match {pattern}")
    return found


def scalar_problems(shape, text, path):
    kind = shape.type_name
    if kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            return [f"{path}: {text!r} is no {kind}"]
        return measure_problems(shape, int(text), "value", path)
    if kind in ("float", "double"):
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
            return [f"{path}: {text!r} is no {kind}"]
        return measure_problems(shape, float(text), "value", path)
    if kind == "boolean":
        return [] if text in ("true", "false") else [f"{path}: {text!r} is no boolean"]
    if kind == "timestamp":
        in_header = shape.serialization.get("location") == "header"
        form = shape.serialization.get("timestampFormat", "rfc822" if in_header else "iso8601")
        expected = {
            "iso8601": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
            "rfc822": r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
        }[form]
        return [] if re.fullmatch(expected, text) else [f"{path}: {text!r} is no timestamp ({form})"]
    return text_problems(shape, text, path) if kind == "string" else []


def json_problems(shape, value, path):
    kind = shape.type_name
    if value is None:
        return [f"{path}: null"]
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return []
        if not isinstance(value, dict):
            return [f"{path}: an object was expected"]
        members = {n: m for n, m in shape.members.items() if not in_headers(m)}
        names = {m.serialization.get("name", n): m for n, m in members.items()}
        found = [f"{path}.{key}: the model has no such member" for key in value if key not in names]
        for key, inner in value.items():
            if key in names:
                found += json_problems(names[key], inner, f"{path}.{key}")
        wire = {n: m.serialization.get("name", n) for n, m in members.items()}
        found += [f"{path}.{n}: required and missing" for n in shape.required_members if n in wire and wire[n] not in value]
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: a list was expected"]
        found = measure_problems(shape, len(value), "rows", path)
        return found + [p for i, inner in enumerate(value) for p in json_problems(shape.member, inner, f"{path}[{i}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: a map was expected"]
        return [p for key, inner in value.items() for p in json_problems(shape.value, inner, f"{path}.{key}")]
    if kind == "timestamp":
        # Milliseconds would lie beyond the year 5000.
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e11
        return [] if number else [f"{path}: {value!r} is no timestamp in seconds"]
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path}: {value!r} is no boolean"]
    if kind in ("integer", "long", "float", "double"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return [f"{path}: {value!r} is no number"]
        if kind in ("integer", "long") and value != int(value):
            return [f"{path}: {value!r} is no {kind}"]
        return measure_problems(shape, value, "value", path)
    if kind == "string":
        return text_problems(shape, value, path) if isinstance(value, str) else [f"{path}: {value!r} is no text"]
    return []


def local(tag):
    return tag.rsplit("}", 1)[-1]


def xml_problems(shape, element, path, flat=False, beside=()):
    """`beside`: elements that stand here without being the operation's."""
    kind = shape.type_name
    if kind == "structure":
        names = {}
        wires = {}
        for name, member in shape.members.items():
            serialization = member.serialization
            if in_headers(member) or serialization.get("xmlAttribute"):
                continue
            wire = serialization.get("name", name)
            if member.type_name == "list" and serialization.get("flattened"):
                wire = serialization.get("name", member.member.serialization.get("name", name))
            names[wire] = member
            wires[name] = wire
        found = []
        seen = set()
        for child in element:
            tag = local(child.tag)
            if tag in beside:
                continue
            if tag not in names:
                found.append(f"{path}.{tag}: the model has no such element")
                continue
            flattened = names[tag].serialization.get("flattened", False)
            if tag in seen and not flattened:
                found.append(f"{path}.{tag}: stands there twice")
            seen.add(tag)
            found += xml_problems(names[tag], child, f"{path}.{tag}", flattened)
        found += [f"{path}.{n}: required and missing" for n in shape.required_members if n in wires and wires[n] not in seen]
        return found
    if kind == "list":
        if flat:
            return xml_problems(shape.member, element, path)
        item = shape.member.serialization.get("name", "member")
        found = measure_problems(shape, len(element), "rows", path)
        for i, child in enumerate(element):
            if local(child.tag) != item:
                found.append(f"{path}.{local(child.tag)}: list items are called {item}")
            else:
                found += xml_problems(shape.member, child, f"{path}[{i}]")
        return found
    if kind in ("map", "blob"):
        return []
    if len(element) > 0:
        return [f"{path}: {kind} was expected"]
    return scalar_problems(shape, element.text or "", path)


def header_problems(shape, headers, path):
    found = []
    for name, member in shape.members.items():
        if member.serialization.get("location") != "header":
            continue
        value = headers.get(member.serialization.get("name", name))
        if value is not None:
            found += scalar_problems(member, value, f"{path}.{name}")
        elif name in shape.required_members:
            found.append(f"{path}.{name}: required and missing")
    return found


def error_problems(operation, protocol, status, code):
    modelled = {shape.error_code: shape for shape in operation.error_shapes}
    if code in modelled:
        wanted = modelled[code].metadata.get("error", {}).get("httpStatusCode", status)
        return [] if wanted == status else [f"{code}: status {status}, the model says {wanted}"]
    # EC2 and S3 keep their errors out of their models.
    common = COMMON_ERRORS.get(protocol)
    return [] if common is None or code in common else [f"{code}: the operation knows no such error"]


def success_problems(operation, protocol, headers, body):
    shape = operation.output_shape
    name = operation.name
    if shape is None:
        return []
    found = header_problems(shape, headers, name)
    if name == "GetBucketLocation":
        # The one answer whose root is a scalar.
        root = ElementTree.fromstring(body)
        member = shape.members["LocationConstraint"]
        wrong = [] if local(root.tag) == "LocationConstraint" else [f"{name}: the root is {local(root.tag)}"]
        return found + wrong + (scalar_problems(member, root.text, name) if root.text else [])
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
        if shape.type_name in ("blob", "string"):
            return found
    if protocol in ("json", "rest-json"):
        return found + json_problems(shape, json.loads(body or b"{}"), name)
    if not body:
        return found if all(in_headers(m) for m in shape.members.values()) else [*found, f"{name}: no body"]
    root = ElementTree.fromstring(body)
    if protocol in ("query", "ec2") and local(root.tag) != f"{name}Response":
        found.append(f"{name}: the root is {local(root.tag)}")
    if protocol == "query":
        wrapper = shape.serialization.get("resultWrapper", f"{name}Result")
        inner = next((c for c in root if local(c.tag) == wrapper), None)
        return [*found, f"{wrapper} is missing"] if inner is None else found + xml_problems(shape, inner, name)
    return found + xml_problems(shape, root, name, beside=("requestId",))


def judged(reply):
    model = model_of(reply["service"])
    name, status, body = reply["operation"], reply["status"], base64.b64decode(reply["body"])
    headers = HeadersDict(reply["headers"])
    if name not in model.operation_names:
        return None, False, ["the model has no such operation"]
    operation = model.operation_model(name)
    # Of the protocols of CloudWatch, ours is JSON.
    protocol = "json" if model.metadata["protocol"] == "smithy-rpc-v2-cbor" else model.metadata["protocol"]
    try:
        problems = success_problems(operation, protocol, headers, body) if status < 300 else []
        if problems:
            return None, False, problems
        parser = botocore.parsers.create_parser(protocol)
        parsed = parser.parse({"status_code": status, "headers": headers, "body": body}, operation.output_shape)
        if status < 300:
            return None, False, []
        code = parsed["Error"]["Code"]
        throttled = code in ThrottledRetryableChecker._THROTTLED_ERROR_CODES
        # An answer to HEAD has no body: all it says is its status.
        problems = [] if code == str(status) and not body else error_problems(operation, protocol, status, code)
        return code, throttled, problems
    except Exception as error:
        # Whatever botocore or a parser cannot read is what this looks for.
        return None, False, [f"{type(error).__name__}: {error}"]


for line in sys.stdin:
    reply = json.loads(line)
    code, throttled, problems = judged(reply)
    print(json.dumps({"service": reply["service"], "operation": reply["operation"], "code": code, "throttled": throttled, "problems": problems}))
