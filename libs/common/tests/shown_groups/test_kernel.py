"""The kernel of vectors in parts, over so many that its columns run out and others take their turn."""

import numpy as np
import pytest

from common.shown_groups.kernel import Kernels, Vector, dots


def some_vectors(parts: int, elements: int, count: int) -> tuple[np.ndarray, list[Vector]]:
    """Vectors of ten elements, each of one part."""
    draw = np.random.default_rng(7)
    of_elements = draw.integers(0, parts, elements)
    places = [np.flatnonzero(of_elements == part) for part in range(parts)]
    held = [np.sort(draw.choice(places[number % parts], 10, replace=False)) for number in range(count)]
    return of_elements, [Vector(each) for each in held]


@pytest.mark.parametrize("parts", [1, 3])
def test_what_is_taken_follows_and_what_is_only_tried_does_not(parts: int) -> None:
    of_elements, vectors = some_vectors(parts, elements=1200, count=700)
    taken, tried = vectors[::2], vectors[1::2]
    kernels = Kernels(of_elements, [len(taken)] * parts)
    for number, (one, other) in enumerate(zip(taken, tried, strict=True)):
        kernels.tried([other])
        kernels.take(kernels.panels if number % 3 else kernels.tried([one]))
        if number % 3:
            kernels.take(kernels.tried([one]))
    columns = kernels.panels.first(2)
    assert [number for number, each in enumerate(taken) if dots(columns, each).any()] == []
    assert [number for number, each in enumerate(tried) if not dots(columns, each).all()] == []
