"""Colours and markers of plots: as many groups as a plot may hold can be told apart."""

from darla_agents.comparison.plot_style import add_title, new_figure, style_of

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


def test_a_long_title_stays_within_the_figure() -> None:
    figure = new_figure(5.7, 4.0)
    axes = figure.add_subplot()
    axes.set_ylabel("transfer ratio")
    add_title(axes, "What is kept: my_env:Ball-v0(size=64) | my_env:Repeat(4) | looks 69bd52e6", "")
    figure.canvas.draw()
    assert axes.get_title(loc="left").count("\n") >= 1
    right = max(text.get_window_extent().x1 for text in (axes.title, axes._left_title))  # type: ignore[attr-defined]
    assert right <= figure.bbox.x1
