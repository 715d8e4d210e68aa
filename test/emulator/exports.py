"""Holds exported findings against published schemas.

Reads one JSON object {ocsf: [event], asff: [finding]} and writes {ocsf: [problem], asff: [problem]}: OCSF events against
the schema of their own version and profiles, ASFF findings against botocore's model of BatchImportFindings.
"""
import json
import sys

import botocore.session
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


def ocsf_problems(events):
    validators = {}
    for event in events:
        metadata = event["metadata"]
        key = (metadata["version"], tuple(metadata.get("profiles", [])), event["class_uid"])
        if key not in validators:
            schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=key[0]))
            name = schema.lookup_class_name_from_uid(class_uid=key[2])
            validators[key] = Draft202012Validator(schema.get_class_schema(class_name=name, profiles=list(key[1])))
        for error in validators[key].iter_errors(event):
            yield f"{metadata['uid']}: {error.json_path}: {error.message}"


def asff_problems(findings):
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    finding = shape.members["Findings"].member
    for start in range(0, len(findings), 100):
        report = ParamValidator().validate({"Findings": findings[start : start + 100]}, shape)
        if report.has_errors():
            yield report.generate_report()
    # botocore's validator checks types and ranges; words of closed sets it leaves to the service.
    for one in findings:
        yield from enum_problems(one["Id"], finding, one)


def enum_problems(where, shape, value):
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from enum_problems(f"{where}.{name}", member, value[name])
    elif shape.type_name == "list":
        for one in value:
            yield from enum_problems(where, shape.member, one)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where}: {value!r} is none of {shape.enum}"


given = json.load(sys.stdin)
json.dump({"ocsf": list(ocsf_problems(given["ocsf"])), "asff": list(asff_problems(given["asff"]))}, sys.stdout)
