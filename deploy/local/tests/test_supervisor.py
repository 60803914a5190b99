"""Restarts come with pauses that grow, and begin anew after a steady run."""

from quxiang.supervisor import LONGEST_PAUSE, SHORTEST_PAUSE, STEADY_AFTER, BackOff


def test_pauses_grow_to_a_limit() -> None:
    back_off = BackOff()
    pauses = [back_off.after(0.1) for _ in range(10)]
    assert pauses[:3] == [SHORTEST_PAUSE, 2 * SHORTEST_PAUSE, 4 * SHORTEST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_steady_run_makes_the_next_pause_short() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.after(0.1)
    assert back_off.after(STEADY_AFTER) == SHORTEST_PAUSE
