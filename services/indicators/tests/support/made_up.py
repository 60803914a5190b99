"""Made-up cohorts and what is published of them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from random import Random

from solver import CLASSES, COLUMN, Place

from common.codes import CodeLists
from indicators.publishing_counts.counting import published
from indicators.publishing_counts.people import Cell, Counting, Observation, Person, Published, Released, Table, Wanted
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking_counts.dimensions import tables_of_graduates

CODES = tuple(entry.code for entry in CodeLists.load().get("destination"))
TABLES = tables_of_graduates([*DIMENSIONS])
NAMES = [name for table in TABLES if len(table) == 1 for name in table]
_ids = count()


def person(destination: str | None, *, flexible: bool = False, cells: Mapping[str, str] = {}, **group: str) -> Person:
    given = {"college": "C01", "education_level": "bachelor", "sex": "1"} | group
    return Person(
        id=f"{next(_ids)}",
        state=f"{destination} {flexible}",
        group=tuple(given.get(name) for name in NAMES),
        destination_code=destination,
        flexible=flexible,
        cells=cells,
    )


def publish(people: Iterable[Person], *wanted: Wanted, released: Iterable[Released] = ()) -> Published:
    return published(
        Counting(
            scheme="CN-2024",
            dimensions=NAMES,
            tables=TABLES,
            people=list(people),
            wanted=wanted,
            released=list(released),
            codes=CODES,
        )
    )


def of_majors(majors: Mapping[str, tuple[int, int]]) -> list[Person]:
    """Majors with so many people, so many of them unplaced."""
    return [
        person("70" if number < unplaced else "10", major=major)
        for major, (people, unplaced) in majors.items()
        for number in range(people)
    ]


def some_cohort(seed: int) -> list[Person]:
    """Some hundreds of people, most of whose groups are small."""
    draw = Random(seed)
    majors = [(f"M{number}", f"C{number % 3}") for number in range(9)]
    return [
        person(
            draw.choice(["10", "10", "12", "46", "75", "76", "801", "85", "70", "72", None]),
            major=major,
            college=college,
            sex=draw.choice("12"),
            education_level=draw.choice(["bachelor", "bachelor", "master"]),
        )
        for major, college in draw.choices(majors, weights=[2**number for number in range(9)], k=220)
    ]


ALL = [Wanted(by=table, dimension="destination_class", rule="population") for table in TABLES if len(table) <= 2]


def value_of(someone: Person, dimension: str) -> str | None:
    return someone.group[NAMES.index(dimension)]


def place_of(someone: Person) -> Place:
    return dict(zip(NAMES, someone.group, strict=True))


def changed(people: Sequence[Person], moved: int, draw: Random) -> list[Person]:
    """The same people, so many of whom go elsewhere."""
    going = set(draw.sample(range(len(people)), moved))
    codes = ["10", "75", "801", "85", "70", None]
    return [
        each.model_copy(update={"state": f"{each.state} {moved}", "destination_code": draw.choice(codes)})
        if number in going
        else each
        for number, each in enumerate(people)
    ]


def unprotected(people: Sequence[Person], least: int) -> list[Table]:
    """The tables as they are, with each group of so many people and more."""
    found = []
    for wanted in ALL:
        groups: dict[tuple[str | None, ...], list[Person]] = {}
        for each in people:
            groups.setdefault(tuple(value_of(each, name) for name in wanted.by), []).append(each)
        rows = [
            Observation(
                group=dict(zip(wanted.by, key, strict=True)),
                within={},
                base=len(own),
                cells=[
                    Cell(
                        code=name, count=sum(COLUMN[CLASSES[each.destination_code]] == name for each in own), share=None
                    )
                    for name in dict.fromkeys(COLUMN.values())
                ],
            )
            for key, own in groups.items()
            if len(own) >= least
        ]
        found.append(Table(observations=rows, hidden=[]))
    return found
