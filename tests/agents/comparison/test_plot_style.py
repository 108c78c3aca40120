"""Colours and markers of plots: as many groups as a plot may hold can be told apart."""

from darla_agents.comparison.plot_style import style_of

KINDS = ("pixels", "pixels_conv", "pixels_d_u", "beta_vae_4", "darla", "darla_mask", "factors")


def test_seven_groups_have_colours_of_their_own_and_kinds_keep_theirs() -> None:
    styles = [style_of(KINDS, place) for place in range(len(KINDS))]
    assert len({color for color, _ in styles}) == len(KINDS)
    assert styles[0] == style_of(("pixels",), 0)
    assert styles[-1] == style_of(("latent", "factors"), 1)


def test_more_groups_than_colours_differ_in_their_markers() -> None:
    kinds = tuple(f"label_{number}" for number in range(40))
    assert len({style_of(kinds, place) for place in range(40)}) == 40


def test_groups_that_share_a_kind_differ() -> None:
    kinds = ("latent", "latent", "latent")
    assert len({style_of(kinds, place)[0] for place in range(3)}) == 3
