"""Holds recorded replies against botocore's service models.

Reads JSON lines {service, operation, status, body} (body as base64), writes one JSON line for each reply:
{service, operation, problems: [...]}. A problem is an element the model does not know, a value of the wrong type, or a
required member that is missing. Error replies are held against the protocol's error form only.
"""
import base64
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import botocore.session

session = botocore.session.get_session()
models = {}


def model_of(service):
    if service not in models:
        models[service] = session.get_service_model(service)
    return models[service]


def scalar_problems(shape, text, path):
    kind = shape.type_name
    if kind in ("integer", "long") and not re.fullmatch(r"-?\d+", text):
        return [f"{path}: {text!r} is no {kind}"]
    if kind in ("float", "double") and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return [f"{path}: {text!r} is no {kind}"]
    if kind == "boolean" and text not in ("true", "false"):
        return [f"{path}: {text!r} is no boolean"]
    if kind == "timestamp" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
        return [f"{path}: {text!r} is no timestamp"]
    return []


def json_problems(shape, value, path):
    kind = shape.type_name
    if value is None:
        return []
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path}: an object was expected"]
        names = {m.serialization.get("name", n): (n, m) for n, m in shape.members.items()}
        found = [f"{path}.{key}: the model has no such member" for key in value if key not in names]
        for key, inner in value.items():
            if key in names:
                found += json_problems(names[key][1], inner, f"{path}.{key}")
        wire = {n: m.serialization.get("name", n) for n, m in shape.members.items()}
        found += [f"{path}.{n}: required and missing" for n in shape.required_members if wire[n] not in value]
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: a list was expected"]
        return [p for i, inner in enumerate(value) for p in json_problems(shape.member, inner, f"{path}[{i}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: a map was expected"]
        return [p for key, inner in value.items() for p in json_problems(shape.value, inner, f"{path}.{key}")]
    if kind == "timestamp":
        return [] if isinstance(value, (int, float)) else [f"{path}: {value!r} is no timestamp in seconds"]
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path}: {value!r} is no boolean"]
    if kind in ("integer", "long", "float", "double"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return [] if number else [f"{path}: {value!r} is no number"]
    if kind == "string":
        return [] if isinstance(value, str) else [f"{path}: {value!r} is no text"]
    return []


def local(tag):
    return tag.rsplit("}", 1)[-1]


def xml_problems(shape, element, path, flat=False):
    kind = shape.type_name
    if kind == "structure":
        names = {}
        for name, member in shape.members.items():
            serialization = member.serialization
            if serialization.get("location") in ("header", "statusCode", "headers") or serialization.get("xmlAttribute"):
                continue
            wire = serialization.get("name", name)
            if member.type_name == "list" and serialization.get("flattened"):
                wire = serialization.get("name", member.member.serialization.get("name", name))
            names[wire] = member
        found = []
        for child in element:
            tag = local(child.tag)
            if tag in ("ResponseMetadata", "requestId", "RequestId"):
                continue
            if tag not in names:
                found.append(f"{path}.{tag}: the model has no such element")
            else:
                found += xml_problems(names[tag], child, f"{path}.{tag}", names[tag].serialization.get("flattened", False))
        present = {local(child.tag) for child in element}
        wires = {n: m.serialization.get("name", n) for n, m in shape.members.items()}
        found += [f"{path}.{n}: required and missing" for n in shape.required_members if wires[n] not in present and wires[n] in names]
        return found
    if kind == "list":
        if flat:
            return xml_problems(shape.member, element, path)
        item = shape.member.serialization.get("name", "member")
        found = []
        for i, child in enumerate(element):
            if local(child.tag) != item:
                found.append(f"{path}.{local(child.tag)}: list items are called {item}")
            else:
                found += xml_problems(shape.member, child, f"{path}[{i}]")
        return found
    if kind in ("map", "blob"):
        return []
    return scalar_problems(shape, element.text or "", path)


def reply_problems(service, operation, status, body):
    model = model_of(service)
    if operation not in model.operation_names:
        return ["the model has no such operation"]
    shape = model.operation_model(operation).output_shape
    protocol = model.metadata["protocol"]
    if status >= 400:
        if protocol in ("json", "rest-json"):
            value = json.loads(body)
            return [] if protocol == "rest-json" or "__type" in value else ["an error without __type"]
        tags = {local(e.tag) for e in ElementTree.fromstring(body).iter()} if body else {"Code"}
        return [] if "Code" in tags else ["an error without Code"]
    if shape is None:
        return []
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
        if shape.type_name in ("blob", "string"):
            return []
    if protocol in ("json", "rest-json"):
        return json_problems(shape, json.loads(body or b"{}"), operation)
    if not body:
        return []
    root = ElementTree.fromstring(body)
    if protocol == "query":
        wrapper = shape.serialization.get("resultWrapper", f"{operation}Result")
        inner = next((c for c in root if local(c.tag) == wrapper), None)
        return [f"{wrapper} is missing"] if inner is None else xml_problems(shape, inner, operation)
    return xml_problems(shape, root, operation)


for line in sys.stdin:
    reply = json.loads(line)
    problems = reply_problems(reply["service"], reply["operation"], reply["status"], base64.b64decode(reply["body"]))
    print(json.dumps({"service": reply["service"], "operation": reply["operation"], "problems": problems}))
