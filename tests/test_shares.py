"""People take turns by the time that they have had."""

from compute.shares import Shares


def served(shares: Shares, costs: dict[str, float], seconds: float) -> dict[str, float]:
    """Seconds of each, where everybody asks again and again, and one request of theirs takes so long."""
    had = dict.fromkeys(costs, 0.0)
    while sum(had.values()) < seconds:
        person = min(had, key=shares.had)
        shares.took([person], costs[person])
        had[person] += costs[person]
    return had


def test_whose_requests_take_longer_has_no_more_time_than_others() -> None:
    had = served(Shares(3.0, 1.0), {"pictures": 0.01, "turns": 0.25, "spectra": 1.0}, 30.0)
    assert max(had.values()) - min(had.values()) <= 1.0


def test_who_comes_has_a_first_picture_before_others_go_on_and_no_more() -> None:
    shares = Shares(3.0, 1.0)
    served(shares, {"a": 0.25, "b": 0.25}, 100.0)
    had = dict.fromkeys(("a", "b", "new"), 0.0)
    order = []
    for _ in range(40):
        person = min(had, key=shares.had)
        shares.took([person], 0.25)
        had[person] += 0.25
        order.append(person)
    assert order[:11] == ["new"] * 11
    assert had["new"] <= 3.5 + min(had["a"], had["b"])


def test_who_waits_for_what_is_compiled_for_all_does_not_pay_for_it_alone() -> None:
    shares = Shares(3.0, 1.0)
    shares.took(["first"], 20.0)
    assert shares.had("first") - shares.had("second") <= 1.0


def test_without_a_credit_it_is_first_come_first_served() -> None:
    shares = Shares()
    shares.took(["first"], 20.0)
    assert shares.had("first") == shares.had("second")
