"""What the OpenAPI generator reads from contracts, on a small one, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

from protos import build
from protos.openapi import overlay
from protos.openapi.contract import paragraphs
from protos.openapi.document import document, read

HEAD = """
// Errors carry a reason:
//
//   PART_NOT_FOUND  NOT_FOUND            no part has this id
//   PART_STUCK      FAILED_PRECONDITION  it does not move (REST: 502)
//                                        and nobody knows why
//
// Errors of all: UNAVAILABLE while it is dark.
"""
METHODS = """
  // GetPart returns one part. It is whole.
  //
  // No side effects. Errors: PART_NOT_FOUND, INVALID_ARGUMENT for an id below 1.
  rpc GetPart(GetPartRequest) returns (GetPartResponse) {
    option (camplane.access.v1.role) = ROLE_VIEWER;
    option (camplane.access.v1.scope) = SCOPE_NONE;
    option (google.api.http) = {get: "/api/parts/{part_id}"};
    option idempotency_level = NO_SIDE_EFFECTS;
  }
  // MovePart moves it.
  //
  // Errors: PART_STUCK, and as GetPart. Not idempotent.
  rpc MovePart(MovePartRequest) returns (MovePartResponse) {
    option (camplane.access.v1.role) = ROLE_PUBLIC;
    option (camplane.access.v1.scope) = SCOPE_NONE;
    option (google.api.http) = {post: "/api/parts/{part_id}/move" body: "*"};
  }
"""
MESSAGES = """
// GetPartRequest names a part.
message GetPartRequest {
  // From 1.
  int32 part_id = 1;
  // How much of it.
  optional uint32 depth = 2;
}
// GetPartResponse is one part.
message GetPartResponse {
  // Its name.
  string name = 1;
  // Its weight; unset when unknown.
  optional double weight = 2;
  // What it is made of.
  repeated GetPartResponse parts = 3;
  // Counts by colour.
  map<string, uint32> colours = 4;
  // What it stands on; unset on the ground.
  GetPartResponse below = 5;
}
// MovePartRequest says where to.
message MovePartRequest {
  // From 1.
  int32 part_id = 1;
  // Where to.
  string place = 2;
}
// MovePartResponse says that it was moved.
message MovePartResponse {}
"""
OVERLAY: dict[str, Any] = {
    "info": {"title": "parts", "version": "v1"},
    "tags": [{"name": "Parts", "description": "All.", "x-services": ["PartService"]}],
    "fields": {"*.part_id": {"minimum": 1}},
    "required": ["MovePartRequest.place"],
    "schemas": {"Error": {"type": "object"}},
    "parameters": {},
    "headers": {},
    "security_scheme": {"type": "http", "scheme": "bearer"},
    "responses": {
        str(status): "So." for status in (400, 401, 403, 404, 408, 413, 431, 500, 502, 503, 504)
    },
    "operations": {},
}


def described(folder: Path, contract: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """Compile a contract with protoc, and describe it."""
    path = folder / "camplane" / "gateway" / "v1" / "parts.proto"
    path.parent.mkdir(parents=True)
    path.write_text(contract)
    image = folder / "image.binpb"
    well_known = Path(protoc.__file__).parent / "_proto"
    includes = [f"-I{one}" for one in (folder, build.PROTOS, build.googleapis(), well_known)]
    options = ["--include_imports", "--include_source_info", f"--descriptor_set_out={image}"]
    assert protoc.main(["protoc", *includes, *options, str(path)]) == 0
    text = yaml.safe_dump({**OVERLAY, **(more or {})})
    return document(read(FileDescriptorSet.FromString(image.read_bytes())), text)


def contract(head: str = HEAD, methods: str = METHODS, messages: str = MESSAGES) -> str:
    return (
        f'syntax = "proto3";\n{head}package camplane.gateway.v1;\n'
        'import "camplane/access/v1/role.proto";\n'
        'import "google/api/annotations.proto";\nimport "google/api/httpbody.proto";\n'
        f"// PartService keeps parts.\nservice PartService {{{methods}}}\n{messages}"
    )


def test_comments_become_summary_description_and_errors_by_status(tmp_path: Path) -> None:
    found = described(tmp_path, contract())
    get = found["paths"]["/api/parts/{part_id}"]["get"]
    assert (get["summary"], get["description"]) == (
        "Returns one part",
        "It is whole.\n\nNo side effects.",
    )
    told = {status: one.get("description", "") for status, one in get["responses"].items()}
    assert told["200"] == "One part."
    assert "`PART_NOT_FOUND`: no part has this id" in told["404"]
    assert "`INVALID_ARGUMENT`: for an id below 1" in told["400"]
    assert "`UNAVAILABLE`: while it is dark" in told["503"]
    assert "502" not in told


def test_errors_of_another_rpc_count_and_a_reason_may_have_its_own_status(tmp_path: Path) -> None:
    found = described(tmp_path, contract())
    move = found["paths"]["/api/parts/{part_id}/move"]["post"]
    told = {status: one.get("description", "") for status, one in move["responses"].items()}
    assert "`PART_STUCK`: it does not move and nobody knows why" in told["502"]
    assert "`PART_NOT_FOUND`" in told["404"]
    assert move["description"] == "Not idempotent."


def test_messages_are_described_as_envoy_prints_them(tmp_path: Path) -> None:
    """Without presence: always there. A message, or `optional`: absent when unset."""
    part = described(tmp_path, contract())["components"]["schemas"]["GetPartResponse"]
    assert part["required"] == ["name", "parts", "colours"]
    reference = {"$ref": "#/components/schemas/GetPartResponse"}
    assert part["properties"]["parts"]["items"] == reference
    assert part["properties"]["below"]["$ref"] == reference["$ref"]
    colours = part["properties"]["colours"]
    assert colours["additionalProperties"] == {"type": "integer", "format": "uint32", "minimum": 0}


def test_a_request_is_path_query_and_body_each_with_its_limits(tmp_path: Path) -> None:
    paths = described(tmp_path, contract())["paths"]
    path, query = paths["/api/parts/{part_id}"]["get"]["parameters"]
    assert (path["name"], path["in"], path["required"]) == ("part_id", "path", True)
    assert (path["schema"]["minimum"], path["schema"]["maximum"]) == (1, 2**31 - 1)
    assert (query["name"], query["in"]) == ("depth", "query")
    body = paths["/api/parts/{part_id}/move"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert (body["required"], schema["required"]) == (True, ["place"])
    assert schema["properties"].keys() == {"place"}
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("change", "more", "complaint"),
    [
        ({}, {"fields": {"*.nothing": {}}}, r"have no \*\.nothing"),
        ({}, {"required": ["GetPartRequest.nothing"]}, r"have no GetPartRequest\.nothing"),
        ({}, {"operations": {"PartService.None": {}}}, r"have no PartService\.None"),
        ({}, {"operations": {"PartService.GetPart": {"reply": {}}}}, "have no reply"),
        ({}, {"tags": []}, "no tag"),
        ({"methods": METHODS.replace("as GetPart", "as GetNone")}, {}, "GetNone, which is none"),
        ({"methods": METHODS.replace("PART_STUCK", "PART_LOST")}, {}, "PART_LOST is an error"),
        ({"messages": MESSAGES.replace("optional double", "int64")}, {}, "weight: no schema"),
        (
            {"messages": MESSAGES.replace("string name", "google.api.HttpBody name")},
            {},
            "name: no schema",
        ),
        (
            {"methods": METHODS.replace('body: "*"', 'body: "place"')},
            {},
            "does not say what its body is",
        ),
        (
            {"methods": METHODS.replace('move" body', 'move" response_body: "x" body')},
            {},
            "does not say what its answer is",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, change: dict[str, str], more: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        described(tmp_path, contract(**change), more)


def test_paragraphs_are_unwrapped_and_tables_are_not() -> None:
    comment = " One\n sentence.\n\n   A  B\n   C  D\n after.\n"
    assert paragraphs(comment) == ["One sentence.", "  A  B", "  C  D", "after."]


def test_every_reference_of_the_document_leads_somewhere_and_nothing_is_idle() -> None:
    found = json.loads((build.GEN / "camplane" / "openapi.json").read_text("utf-8"))
    assert yaml.safe_load(build.OPENAPI.read_text("utf-8")) == found
    referred = set(references(found))
    assert referred == {
        f"#/components/{kind}/{name}"
        for kind, components in found["components"].items()
        if kind != "securitySchemes"  # named, not referred to
        for name in components
    }


def references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [one for item in node for one in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [one for item in node.values() for one in references(item)]


def test_the_examples_of_the_overlay_are_valid_by_their_schemas() -> None:
    found = json.loads((build.GEN / "camplane" / "openapi.json").read_text("utf-8"))
    schemas = yaml.safe_load(overlay.FILE.read_text("utf-8"))["schemas"]
    examples = [(name, one) for name, it in schemas.items() for one in it.get("examples", ())]
    assert examples
    for name, example in examples:
        schema = {"$ref": f"#/components/schemas/{name}", "components": found["components"]}
        jsonschema_rs.validate(schema, example)


def test_an_rpc_without_a_role_does_not_build(tmp_path: Path) -> None:
    """So nobody can forget to say who may call it."""
    methods = METHODS.replace("option (camplane.access.v1.role) = ROLE_VIEWER;", "")
    with pytest.raises(ValueError, match=r"PartService\.GetPart does not say which role"):
        described(tmp_path, contract(methods=methods))


def test_an_rpc_without_a_scope_does_not_build(tmp_path: Path) -> None:
    """Or tokens of some cameras would be good for all that comes new."""
    methods = METHODS.replace("option (camplane.access.v1.scope) = SCOPE_NONE;", "", 1)
    with pytest.raises(ValueError, match=r"PartService\.GetPart does not say how it is held"):
        described(tmp_path, contract(methods=methods))


def test_each_operation_says_its_role_and_a_public_one_needs_no_token(tmp_path: Path) -> None:
    """As the contract's option has it; who needs one may be told 401 and 403."""
    paths = described(tmp_path, contract())["paths"]
    get, move = paths["/api/parts/{part_id}"]["get"], paths["/api/parts/{part_id}/move"]["post"]
    assert (get["x-camplane-role"], get["security"]) == ("viewer", [{"token": []}])
    assert (get["x-camplane-scope"], "x-camplane-unmasked" in get) == ("none", False)
    assert (move["x-camplane-role"], move["security"]) == ("public", [])
    assert {"401", "403"} <= get["responses"].keys()
    assert not {"401", "403"} & move["responses"].keys()
