"""Another interpreter, written from the contract over trees instead of texts, agrees on all that hypothesis makes."""

from expression_trees import DAY, NAMES, VALUES, trees, worth, written
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.expressions.evaluation import Scope, compiled
from surveys.expressions.syntax import parsed
from surveys.expressions.types import Checked
from surveys.expressions.values import Type, Typed

TYPES = {
    name: Typed(Type({"bool": "boolean", "num": "number"}.get(kind, kind)))
    for kind, names in NAMES["both"].items()
    for name in names
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_both_interpreters_agree(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["bool", "num", "text"]))
    tree = data.draw(trees(kind, 3))
    values = {name: data.draw(VALUES[of] | st.none(), name) for of, names in NAMES["both"].items() for name in names}
    text = written(tree)
    checked = Checked(parsed(text), TYPES)
    assert checked.faults == [], text
    found = compiled(parsed(text))(Scope({name: each for name, each in values.items() if each is not None}, DAY))
    assert found == worth(tree, values), text
    assert type(found) is type(worth(tree, values)), text
