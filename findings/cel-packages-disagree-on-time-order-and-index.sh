#!/usr/bin/env bash
# Three CEL packages of PyPI give different answers to the same valid expressions, so a rule that is
# stored as CEL means something else when the library behind it is changed.
#
# The language definition (github.com/google/cel-spec, doc/langdef.md) says: `exists` and `all` are
# true or false whenever an element decides it, errors of other elements notwithstanding; getHours()
# of a timestamp is in UTC; an index outside of a list is an error; numbers of different types
# compare by their value on the number line, once the checker is passed by dyn().
# What each package makes of that is below. Two to look at first: with common-expression-language
# the ORDER of a list decides whether `exists` answers or raises, and its hours are those of the
# offset that a timestamp was written with; cel-python counts negative indexes from the end, and
# never compares an int with a double, which JSON, where 5 and 4.5 may be in one field, mixes.
# getMilliseconds() of a duration is the part below a second for one, the whole for two.
#
# Seen with cel-expr-python 0.1.3, common-expression-language 0.10.0 and cel-python 0.5.0 on
# Debian 12, Python 3.11: the table that EXPECTED holds.
# Exit code 0: as described; 1: one of them answers otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    cel-expr-python==0.1.3 common-expression-language==0.10.0 cel-python==0.5.0

cat >"$folder/try.py" <<'PYTHON'
import sys

import cel
import celpy
from cel_expr_python import cel as cel_expr

LATE = "timestamp('2026-12-01T01:30:00+08:00')"
# Expression: what cel-expr-python, common-expression-language and cel-python make of it.
EXPECTED = {
    "[1, 0].exists(x, 1 / x > 0)": ("True", "True", "True"),
    "[0, 1].exists(x, 1 / x > 0)": ("True", "error", "True"),
    "[2, 0].all(x, 1 / x > 5)": ("False", "False", "False"),
    "[0, 2].all(x, 1 / x > 5)": ("False", "error", "False"),
    f"{LATE}.getHours()": ("17", "1", "17"),
    f"{LATE}.getDate()": ("30", "1", "30"),
    "duration('2h1s500ms').getMilliseconds()": ("500", "7201500", "7201500"),
    "[1, 2, 3][-1]": ("error", "error", "3"),
    "dyn(5) > 4.5": ("True", "True", "error"),
    "dyn(5) in [5.0]": ("True", "True", "error"),
}


def by_cel_expr(expression):
    value = cel_expr.NewEnv(variables={}).compile(expression).eval(data={})
    if value.type() == cel_expr.Type.ERROR:
        raise ValueError(value.plain_value())
    return value.plain_value()


def by_common_expression_language(expression):
    return cel.evaluate(expression)


def by_cel_python(expression):
    environment = celpy.Environment()
    found = environment.program(environment.compile(expression)).evaluate({})
    return bool(found) if isinstance(found, celpy.celtypes.BoolType) else int(found)


def answer(evaluate, expression):
    try:
        return str(evaluate(expression))
    except Exception:
        return "error"


PACKAGES = (by_cel_expr, by_common_expression_language, by_cel_python)
as_described = True
print(f"{'expression':62}{'cel-expr-python':>16}{'common-expression-language':>28}{'cel-python':>12}")
for expression, expected in EXPECTED.items():
    seen = tuple(answer(one, expression) for one in PACKAGES)
    as_described &= seen == expected
    print(f"{expression:62}{seen[0]:>16}{seen[1]:>28}{seen[2]:>12}")
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
