"""What schemathesis needs to know of this API: how its scalars are written, and what a fault is.

The tool's own check takes every error with a path for a fault of the server unless its code is one of Apollo's;
an object that is not there, or a right that is missing, has a code of ours.
"""

import re
from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

CODES = set(re.findall(r"^\| `([A-Z_]+)`", (Path(__file__).parents[3] / "docs/errors.md").read_text(), re.M))
assert "NOT_FOUND" in CODES and len(CODES) > 20, CODES


def texts(*examples):
    return st.one_of(st.sampled_from(examples), st.text(max_size=40)).map(nodes.String)


def json():
    leaves = st.one_of(
        st.just(nodes.Null),
        st.booleans().map(nodes.Boolean),
        st.integers(-(2**31), 2**31 - 1).map(nodes.Int),
        st.text(max_size=20).map(nodes.String),
    )
    name = st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{0,9}\Z")
    nested = lambda inner: st.lists(st.tuples(name, inner), max_size=4, unique_by=lambda p: p[0]).map(
        lambda pairs: nodes.Object([_field(key, value) for key, value in pairs])
    )
    return nested(st.recursive(leaves, nested, max_leaves=8))


def _field(name, value):
    import graphql

    return graphql.ObjectFieldNode(name=graphql.NameNode(value=name), value=value)


schemathesis.graphql.scalar("YearMonth", texts("2025-07", "2025-13", "0000-01"))
schemathesis.graphql.scalar("PartialDate", texts("1965-09", "1965-09-30", "1965-00"))
schemathesis.graphql.scalar("Long", texts("0", "9223372036854775807", "-1"))
schemathesis.graphql.scalar("Decimal", texts("0.00", "1e9", "-1"))
schemathesis.graphql.scalar("JSON", json())


@schemathesis.check
def answers_as_agreed(ctx, response, case):
    """Every request has an answer in the agreed form, and no error is a fault of ours."""
    assert response.status_code < 500, f"status {response.status_code}"
    body = response.json()
    assert isinstance(body, dict) and ("data" in body or "errors" in body), body
    for error in body.get("errors", []):
        code = error["extensions"]["code"]
        assert code in CODES and code != "INTERNAL_SERVER_ERROR", error
        assert isinstance(error["message"], str) and error["extensions"]["requestId"], error
