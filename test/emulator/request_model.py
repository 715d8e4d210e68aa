"""Prints the members of two shapes of botocore's SageMaker model as JSON: path, whether required, words, minimum, maximum.

`[]` stands for the items of a list, `{}` for the values of a map.
"""
import json

import botocore
import botocore.session

model = botocore.session.get_session().get_service_model("sagemaker")


def members(shape, path=""):
    for name, member in shape.members.items():
        here = f"{path}.{name}" if path else name
        row = {"path": here, "required": name in shape.required_members}
        while member.type_name in ("list", "map"):
            row |= {"items": [member.metadata.get("min"), member.metadata.get("max")]}
            yield row
            here += "[]" if member.type_name == "list" else "{}"
            member = member.member if member.type_name == "list" else member.value
            row = {"path": here, "required": False}
        if member.type_name == "structure":
            yield row
            yield from members(member, here)
        else:
            yield row | {
                "type": member.type_name,
                "words": list(member.metadata.get("enum", [])),
                "range": [member.metadata.get("min"), member.metadata.get("max")],
            }


print(
    json.dumps(
        {
            "version": botocore.__version__,
            "request": list(members(model.operation_model("CreateCluster").input_shape)),
            "answer": list(members(model.operation_model("DescribeCluster").output_shape)),
        }
    )
)
