"""The types of an expression's parts, found without any value; what does not fit is a fault."""

from collections.abc import Iterable, Mapping

from common.errors import Message
from surveys.expressions.functions import FUNCTIONS, BadPattern, pattern
from surveys.expressions.syntax import Call, Chain, Literal, Name, Negated, Node
from surveys.expressions.tokens import Fault
from surveys.expressions.values import TITLES, Type, Typed, day_of

BLANK = Typed(Type.BLANK)
_ORDERED = (Type.NUMBER, Type.DATE)
_QUOTED = (Type.CODE, Type.DATE)
"""What a quoted text may stand for, as an option value or a day."""


class Checked:
    """The type of one expression as its names have them, and all that is wrong with it.

    A part with a fault has no type (None), which fits everywhere: of one mistake there is one fault.
    """

    def __init__(self, node: Node, names: Mapping[str, Typed]) -> None:
        self.faults: list[Fault] = []
        self._names = names
        self.typed = self._of(node)

    def must_be(self, *types: Type) -> None:
        """Adds a fault unless the whole is of one of the types, or blank."""
        self._fits(self.typed, types)

    def _of(self, node: Node) -> Typed | None:
        match node:
            case Literal(is_number=True):
                return Typed(Type.NUMBER)
            case Literal():
                return Typed(Type.TEXT) if node.text else BLANK
            case Name():
                return self._named(node.name)
            case Negated():
                self._fits(self._of(node.operand), (Type.NUMBER,))
                return Typed(Type.NUMBER)
            case Chain():
                return self._chain(node)
        return self._call(node)

    def _named(self, name: str) -> Typed | None:
        if name in self._names:
            return self._names[name]
        if name:
            zh, en = f"没有名为 {name} 的题目或变量", f"There is no question or variable {name}"
        else:
            zh, en = "此处没有本题的值（.）", "There is no own value (.) here"
        self._fault("unknown_variable", zh, en)
        return None

    def _chain(self, chain: Chain) -> Typed | None:
        before: Node | None = chain.first
        left = self._of(chain.first)
        for operator, operand in chain.rest:
            right = self._of(operand)
            left = self._two(operator, (left, before), (right, operand))
            before = None
        return left

    def _two(
        self, operator: str, left: tuple[Typed | None, Node | None], right: tuple[Typed | None, Node | None]
    ) -> Typed:
        match operator:
            case "or" | "and":
                for typed, _ in (left, right):
                    self._fits(typed, (Type.BOOLEAN,))
                return Typed(Type.BOOLEAN)
            case "=" | "!=":
                if not _is_blank(left[1]) and not _is_blank(right[1]):
                    self._compare(left, right, tuple(each for each in Type if each is not Type.SEALED))
                return Typed(Type.BOOLEAN)
            case "<" | "<=" | ">" | ">=":
                self._compare(left, right, _ORDERED)
                return Typed(Type.BOOLEAN)
            case "-" if Type.DATE in (left[0] and left[0].type, right[0] and right[0].type):
                self._compare(left, right, (Type.DATE,))
            case _:
                for typed, _ in (left, right):
                    self._fits(typed, (Type.NUMBER,))
        return Typed(Type.NUMBER)

    def _compare(
        self, left: tuple[Typed | None, Node | None], right: tuple[Typed | None, Node | None], types: tuple[Type, ...]
    ) -> None:
        """Both of one type, or a quoted text that stands for one of the other's."""
        for (typed, _), (other, quoted) in ((left, right), (right, left)):
            if typed and other and typed.type in _QUOTED and other.type is Type.TEXT and isinstance(quoted, Literal):
                self._fits(typed, types)
                self._stands_for(typed, quoted.text)
                return
        if self._fits(left[0], types) and self._fits(right[0], types):
            self._common((left[0], right[0]), joins=False)

    def _stands_for(self, typed: Typed, quoted: str) -> None:
        if typed.type is Type.DATE and day_of(quoted) is None:
            self._fault("expression_type", f"“{quoted}”不是日期", f"“{quoted}” is no day (YYYY-MM-DD)")
        if typed.codes is not None and quoted not in typed.codes:
            self._fault("unknown_option", f"没有选项或代码“{quoted}”", f"There is no option or code “{quoted}”")

    def _common(self, found: Iterable[Typed | None], *, joins: bool = True) -> Typed | None:
        """The one type that all have; code and text are text where they are joined."""
        known = [each for each in found if each is not None and each.type is not Type.BLANK]
        types = {each.type for each in known}
        if joins and types == {Type.CODE, Type.TEXT}:
            return Typed(Type.TEXT)
        if len(types) > 1:
            zh, en = (
                "、".join(TITLES[each].zh for each in sorted(types)),
                " and ".join(TITLES[each].en for each in sorted(types)),
            )
            self._fault("expression_type", f"类型不同，不能放在一起：{zh}", f"Different types do not go together: {en}")
            return None
        return known[0] if known else BLANK

    def _call(self, call: Call) -> Typed | None:
        given = [self._of(each) for each in call.arguments]
        function = FUNCTIONS.get(call.function)
        if function is None:
            self._fault("expression_syntax", f"没有函数 {call.function}", f"There is no function {call.function}")
            return None
        if not function.least <= len(given) <= function.most:
            zh, en = f"{call.function} 的参数个数不对", f"{call.function} takes another number of arguments"
            self._fault("expression_syntax", zh, en)
            return None
        for place, each in enumerate(given):
            self._fits(each, function.takes[min(place, len(function.takes) - 1)])
        self._quoted_arguments(call, given)
        return Typed(function.gives) if function.gives else self._common(given[function.shared :])

    def _quoted_arguments(self, call: Call, given: list[Typed | None]) -> None:
        match call.function, call.arguments:
            case "selected", (_, Literal(is_number=False, text=text)) if text and given[0]:
                self._stands_for(Typed(Type.CODE, given[0].codes), text)
            case "regex", (_, Literal(is_number=False, text=text)):
                try:
                    pattern(text)
                except BadPattern:
                    zh, en = "RE2 不支持这个正则表达式", "RE2 does not support this regular expression"
                    self._fault("regex_unsupported", zh, en)
            case "regex", _:
                self._fault(
                    "regex_unsupported", "正则表达式须是引号内的文字", "The regular expression must be quoted text"
                )

    def _fits(self, typed: Typed | None, types: Iterable[Type]) -> bool:
        if typed is None or typed.type is Type.BLANK or typed.type in types:
            return True
        wanted = [each for each in types if each is not Type.BLANK]
        zh, en = "、".join(TITLES[each].zh for each in wanted), " or ".join(TITLES[each].en for each in wanted)
        found = TITLES[typed.type]
        self._fault("expression_type", f"此处须是{zh}，而不是{found.zh}", f"Here must be {en}, not {found.en}")
        return False

    def _fault(self, rule: str, zh: str, en: str) -> None:
        fault = Fault(rule, Message(zh, en))
        if fault not in self.faults:
            self.faults.append(fault)


def _is_blank(node: Node | None) -> bool:
    return node == Literal("", is_number=False)
