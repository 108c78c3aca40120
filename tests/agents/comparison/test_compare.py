"""The comparison as users get it: tables, numbers, plots, and one line for every mistake."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from darla_agents.comparison.compare import CompareConfig, compare
from darla_agents.playing.row import COLUMNS, Row
from toy_rows import agent_rows, random_rows, write_rows

DOMAINS = ("source", "new_floor", "new_wall")
RANDOM = random_rows(dict.fromkeys(DOMAINS, 0.1))


def study(seeds: Sequence[int] = (0, 1, 2)) -> list[Row]:
    rows = list(RANDOM)
    for seed in seeds:
        gain = 0.01 * seed
        latent = {"source": 0.9, "new_floor": 0.8 + gain, "new_wall": 0.6 - gain}
        pixels = {"source": 0.9, "new_floor": 0.5 - gain, "new_wall": 0.3 + gain}
        rows += agent_rows("latent", seed, latent) + agent_rows("pixels", seed, pixels)
    return rows + agent_rows("factors", 0, dict.fromkeys(DOMAINS, 0.95))


def config_for(tmp_path: Path, rows: list[Row], **changes: object) -> CompareConfig:
    path = write_rows(tmp_path / "results" / "transfer.csv", rows)
    return CompareConfig(rows=(path,), resamples=200, **{"plots": False, **changes})  # type: ignore[arg-type]


def returns_table(report: str) -> dict[str, list[str]]:
    """Return the cells of the table of returns by domain and kind."""
    found, domain = {}, ""
    block = next(part for part in report.split("\n\n") if "mean return |" in part)
    for line in block.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        domain = cells[0] or domain
        found[f"{domain} {cells[1]}"] = cells
    return found


def test_the_table_holds_what_the_rows_say(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, study())).report
    lines = returns_table(report)
    cells = lines["new_floor latent"]
    assert cells[2] == "0.81 [0.79, 0.83]" and cells[3].startswith("0.81 [0.8")
    assert cells[4] == "0.16 [0.14, 0.19]"
    assert cells[5:] == ["1.00", "0.10"]
    assert lines["source factors"][2] == "0.95 [one seed]"
    assert lines["new_wall pixels"][5] == "0.00"
    assert lines["all targets pixels"][2].startswith("0.40")
    assert "latent (3 seeds), pixels (3 seeds), factors (1 seed)" in report
    assert "factors: one seed gives no interval" in report


def test_ratios_stand_side_by_side(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, study())).report
    block = [b for b in report.split("\n\n") if b.startswith("| domain")][1]
    header, _, *lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()
    ]
    assert header == ["domain", "latent", "pixels", "factors"]
    cells = {line[0]: line[1:] for line in lines}
    assert cells["source"] == ["1", "1", "1"]
    assert cells["new_floor"][0].startswith("0.89 [")  # (0.81 - 0.1) / 0.8
    assert cells["new_wall"][1].startswith("0.26 [")
    assert cells["new_wall"][2] == "1.00 [one seed]"
    assert list(cells) == ["source", "new_floor", "new_wall", "all targets"]


def with_references(seeds: Sequence[int] = (0, 1, 2)) -> list[Row]:
    """A study with pixels that were trained in a target, and others that were trained in D_U."""
    rows = study() + random_rows({"d_u": 0.1})
    for seed in seeds:
        there = {"source": 0.4, "new_floor": 0.9, "new_wall": 0.2}
        rows += agent_rows("pixels", seed, there, source="new_floor", name=f"floor_{seed}")
        everywhere = {"source": 0.4, "new_floor": 0.7, "new_wall": 0.7, "d_u": 0.7}
        rows += agent_rows("pixels", seed, everywhere, source="d_u", name=f"everywhere_{seed}")
    return rows


def cells_of(report: str, start: str) -> dict[str, list[str]]:
    """Return the cells of the table below the paragraph that starts so, by the first of a line."""
    parts = report.split("\n\n")
    table = parts[next(i for i, part in enumerate(parts) if part.startswith(start)) + 1]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {line[0]: line[1:] for line in lines}


def test_agents_of_a_target_close_the_gap_and_stand_in_its_row_alone(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, with_references())).report
    lines = returns_table(report)
    references = [line for line in lines if "from new_floor" in line]
    assert references == ["new_floor pixels (from new_floor)"]
    assert "shown in that one alone: pixels (3 seeds) in new_floor." in report
    ratios = cells_of(report, "Transfer ratio")
    assert ratios["domain"] == ["latent", "pixels (from source)", "pixels (from d_u)", "factors"]
    gaps = cells_of(report, "Share of the gap closed")
    assert gaps["domain"] == ["latent", "pixels (from d_u)", "factors"]
    # between 0.49 and 0.90 in new_floor; nothing was trained in new_wall
    assert gaps["new_floor"][0].startswith("0.78 [0.7")
    assert gaps["new_floor"][1].startswith("0.51 [0.") and gaps["new_floor"][2] == "1.12 [one seed]"
    assert list(gaps)[-1] == "new_floor"
    assert "No interval" not in report


def test_agents_of_d_u_are_compared_on_returns_in_the_targets(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, with_references(), over=("new_wall",))).report
    lines = returns_table(report)
    assert lines["new_wall pixels (from d_u)"][2].startswith("0.70")
    assert lines["all targets pixels (from d_u)"][2].startswith("0.70")
    assert cells_of(report, "Transfer ratio")["d_u"][2] == "1"
    assert "margin in the agents' own source (source and d_u)" in report
    assert "**latent against pixels (from source)**: mean transfer ratio over new_wall." in report
    text = report[report.index("**latent against pixels (from d_u)**") :]
    assert text.startswith("**latent against pixels (from d_u)**: mean return over new_wall. Their")
    assert "latent 0.59, pixels (from d_u) 0.70, difference -0.11" in text
    assert "below 0, pixels (from d_u) returns more" in text


def test_without_agents_of_targets_or_of_d_u_nothing_is_said_of_them(tmp_path: Path) -> None:
    result = compare(config_for(tmp_path, study()))
    for words in ("Share of the gap", "Trained in a target", "own source", "mean return over"):
        assert words not in result.report
    (task,) = json.loads(result.numbers.read_text())["tasks"]
    assert task["gaps"] == []


def test_a_single_agent_of_a_target_gives_no_interval_and_says_so(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, with_references(seeds=[0]))).report
    assert cells_of(report, "Share of the gap closed")["new_floor"][0] == "0.78 [no interval]"
    assert "No interval: the lower or the upper group has a single seed" in report
    assert "new_floor): one seed gives no interval" not in report  # its row says so


def test_latents_against_pixels_over_chosen_domains(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, study(), over=("new_floor",))).report
    text = report[report.index("**latent against pixels**") :]
    assert "mean transfer ratio over new_floor." in text
    assert "latent 0.89, pixels 0.49, difference +0.40 over seeds 0, 1 and 2, paired." in text
    assert "By seed: 0: +0.38, 1: +0.40, 2: +0.43." in text
    assert re.search(
        r"80% interval of the difference \[\+0\.\d\d, \+0\.\d\d\]: above 0, latent", text
    )
    assert "95% interval of the difference" in text
    assert "beats one on pixels: 1.00" in text


def test_the_verdict_is_honest_about_doubt_and_about_defeat(tmp_path: Path) -> None:
    rows = list(RANDOM)
    for seed, gap in enumerate([0.3, -0.3, 0.2, -0.2]):
        rows += agent_rows("latent", seed, {"source": 0.9, "new_floor": 0.5 + gap})
        rows += agent_rows("pixels", seed, {"source": 0.9, "new_floor": 0.5})
    config = config_for(tmp_path, rows)
    assert "holds 0, undecided" in compare(config).report
    config = config_for(tmp_path / "other", study(), kinds=("pixels", "latent"))
    assert "below 0, latent transfers better" in compare(config).report


def test_one_pair_gives_no_interval_and_says_so(tmp_path: Path) -> None:
    report = compare(config_for(tmp_path, study(seeds=[4]))).report
    assert "One pair of seeds gives no interval" in report
    assert "95% interval of the difference" not in report
    assert "latent: one seed gives no interval" in report


def test_an_agent_that_learned_nothing_has_no_ratio(tmp_path: Path) -> None:
    rows = study() + agent_rows("pixels", 9, {"source": 0.15, "new_floor": 0.6, "new_wall": 0.1})
    report = compare(config_for(tmp_path, rows)).report
    assert "(3 of 4 seeds)" in report
    assert "pixels: transfer ratio undefined for seed 9, less than 0.1 above" in report
    only = list(RANDOM) + agent_rows("pixels", 9, {"source": 0.15, "new_floor": 0.6})
    report = compare(config_for(tmp_path / "only", only)).report
    assert "undefined" in report
    assert "**latent against pixels**: nothing to compare" in report


def test_what_was_not_evaluated_is_said(tmp_path: Path) -> None:
    rows = list(RANDOM) + agent_rows("pixels", 0, {"new_floor": 0.5})
    report = compare(config_for(tmp_path, rows)).report
    assert "not evaluated in its source 'source'" in report
    assert "darla evaluate-transfer --domains source" in report
    rows = list(RANDOM) + agent_rows("pixels", 0, {"source": 0.9, "new_floor": 0.5})
    rows += agent_rows("pixels", 1, {"source": 0.9, "new_floor": [0.5]})
    report = compare(config_for(tmp_path / "part", rows)).report
    assert "seeds differ in their number of episodes in new_floor" in report
    assert "1 to 4 episodes" in report


def test_all_numbers_are_in_the_json_file(tmp_path: Path) -> None:
    result = compare(config_for(tmp_path, study(), over=("new_floor",)))
    assert result.numbers == tmp_path / "results" / "transfer.json"
    numbers = json.loads(result.numbers.read_text(), parse_constant=pytest.fail)
    (task,) = numbers["tasks"]
    latent = task["groups"][0]
    assert (latent["kind"], latent["seeds"]) == ("latent", [0, 1, 2])
    cell = latent["domains"]["new_floor"]
    np.testing.assert_allclose(cell["returns"], [0.8, 0.81, 0.82])
    assert cell["mean"]["value"] == pytest.approx(0.81)
    assert cell["mean"]["interval"]["low"] <= 0.81 <= cell["mean"]["interval"]["high"]
    assert task["groups"][2]["domains"]["source"]["mean"]["interval"] is None
    (comparison,) = task["comparisons"]
    assert comparison["difference"]["mean"] == pytest.approx(0.4, abs=0.01)
    assert task["random"]["source"]["episodes"] == 4
    assert task["sources"] == ["source"]
    profile, thresholds = latent["profile"], np.array(task["profile_thresholds"])
    shares = dict(zip(thresholds.round(2), profile["share"], strict=True))
    assert (shares[0.5], shares[0.7], shares[1.0]) == (1.0, 0.5, 0.0)  # ratios of 0.6 and 0.9
    assert len(profile["band"]["low"]) == len(thresholds)


def test_what_is_undefined_is_null_in_the_json_file(tmp_path: Path) -> None:
    rows = list(RANDOM) + agent_rows("pixels", 9, {"source": 0.15, "new_floor": 0.6})
    numbers = json.loads(compare(config_for(tmp_path, rows)).numbers.read_text())
    cell = numbers["tasks"][0]["groups"][0]["domains"]["new_floor"]
    assert cell["ratio"]["value"] is None
    assert cell["ratios"] == [None]


def test_the_same_rows_give_the_same_files(tmp_path: Path) -> None:
    config = config_for(tmp_path, study())
    files = compare(config)
    before = [path.read_bytes() for path in (files.table, files.numbers)]
    compare(config)
    assert [path.read_bytes() for path in (files.table, files.numbers)] == before


def test_plots_are_drawn_for_each_task_and_linked_in_the_table(tmp_path: Path) -> None:
    other = "Darla/SeekAvoid-v0"
    rows = study() + agent_rows("pixels", 0, {"source": 0.15, "held_out_pairs": 1.0}, task=other)
    rows += random_rows({"source": 0.1, "held_out_pairs": 0.0}, task=other)
    result = compare(config_for(tmp_path, rows, plots=True))
    names = [path.name for path in result.plots]
    both = [("GoToObject", what) for what in ("returns", "ratios", "profiles")]
    # what learned nothing has no ratio, and so no profile either
    both += [("SeekAvoid", what) for what in ("returns", "ratios")]
    assert names == [f"transfer_{task}_v0_{what}.png" for task, what in both]
    table = result.table.read_text()
    for path in result.plots:
        picture = imread(path)
        assert min(picture.shape[:2]) > 400
        assert picture[..., :3].std() > 0.05
        assert f"({path.name})" in table


def test_one_environment_made_in_two_ways_is_two_tasks(tmp_path: Path) -> None:
    tasks = ("Mine/Race-v0", "Mine/Race-v0(size=64) | wrap:Repeat(4)", "Yours/Race-v0")
    rows = []
    for task in tasks:
        rows += agent_rows("pixels", 0, {"source": 1.0, "dark": 0.5}, task=task)
        rows += random_rows({"source": 0.0, "dark": 0.0}, task=task)
    result = compare(config_for(tmp_path, rows, plots=True, over=("dark",)))
    numbers = json.loads(result.numbers.read_text())["tasks"]
    assert [each["task"] for each in numbers] == list(tasks)
    names = {path.name for path in result.plots}
    assert len(names) == len(result.plots) >= 2 * len(tasks)
    assert all(re.fullmatch(r"transfer_Race_v0_[0-9a-f]{8}_[a-z]+.png", name) for name in names)


def test_groups_of_every_sort_are_drawn(tmp_path: Path) -> None:
    result = compare(config_for(tmp_path, with_references(), plots=True))
    pictures = {path.stem.rpartition("_")[2]: imread(path)[..., :3] for path in result.plots}
    assert list(pictures) == ["returns", "ratios", "profiles"]
    light_blue = np.array([0x56, 0xB4, 0xE9]) / 255  # of the second group of a kind
    for picture in pictures.values():
        assert (np.abs(picture - light_blue).max(axis=-1) < 0.02).sum() > 100


def test_agents_are_left_out_by_name(tmp_path: Path) -> None:
    rows = study() + agent_rows("pixels", 0, dict.fromkeys(DOMAINS, 0.5), name="old/pixels@1")
    with pytest.raises(ValueError, match="both 'pixels' with seed 0"):
        compare(config_for(tmp_path, rows))
    config = config_for(tmp_path, rows, without=("old/*",))
    assert "pixels (3 seeds)" in compare(config).report


def test_agents_are_compared_and_drawn_by_their_labels(tmp_path: Path) -> None:
    rows = study()
    labels = ["darla", *(f"pixels_{number}" for number in range(8))]
    for seed in range(2):
        for rank, label in enumerate(labels):
            score = {"source": 0.9, "new_floor": 0.8 - 0.05 * rank, "new_wall": 0.5}
            rows += agent_rows(label, seed, score)
    result = compare(config_for(tmp_path, rows, kinds=("darla", "pixels_3"), plots=True))
    assert "**darla against pixels_3**" in result.report
    assert "pixels (3 seeds), pixels_0 (2 seeds), pixels_1" in result.report
    assert len(result.plots) == 3
    with pytest.raises(ValueError, match="did you mean 'darla'"):
        compare(config_for(tmp_path, rows, kinds=("dalra", "pixels")))


def test_files_of_rows_are_joined_and_written_where_asked(tmp_path: Path) -> None:
    half = [row for row in study() if row.kind != "pixels"]
    rest = [row for row in study() if row.kind in ("pixels", "random")]
    first = write_rows(tmp_path / "a.csv", half)
    second = write_rows(tmp_path / "b.csv", rest)
    config = CompareConfig(
        (first, second), out=tmp_path / "new" / "both.v1", resamples=200, plots=False
    )
    result = compare(config)
    assert result.table == tmp_path / "new" / "both.v1.md"
    assert "latent (3 seeds), pixels (3 seeds), factors (1 seed)" in result.table.read_text()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"over": ("new_flor",)}, "unknown domain 'new_flor'; did you mean 'new_floor'"),
        ({"kinds": ("latnet", "pixels")}, "unknown kind 'latnet'; did you mean 'latent'"),
        ({"by": ("encodr",)}, "did you mean 'encoder'"),
        ({"without": ("latent_9*",)}, "unknown agent 'latent_9"),
    ],
)
def test_unknown_names_suggest_the_nearest(tmp_path: Path, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        compare(config_for(tmp_path, study(), **changes))


def test_files_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no rows yet; run darla evaluate-transfer"):
        compare(config_for(tmp_path, []))
    with pytest.raises(FileNotFoundError, match="no transfer rows at"):
        compare(CompareConfig(rows=(tmp_path / "none.csv",)))
    with pytest.raises(ValueError, match=r"random policy in source, new_floor, new_wall"):
        compare(config_for(tmp_path, [row for row in study() if row.kind != "random"]))
    (tmp_path / "other.csv").write_text("a,b\n")
    with pytest.raises(ValueError, match=f"expected '{','.join(COLUMNS)[:20]}"):
        compare(CompareConfig(rows=(tmp_path / "other.csv",)))


def test_a_configuration_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="no file of rows"):
        compare(CompareConfig(rows=()))
    with pytest.raises(ValueError, match="resamples is 5, but must be at least 100"):
        compare(CompareConfig(resamples=5))


def drawn_too(rows: list[Row]) -> list[Row]:
    """Return rows with those of the same agents, which return less where they draw actions."""
    agents = [row for row in rows if row.kind != "random"]
    return rows + [
        replace(row, agent=f"{row.agent}+stochastic", episode_return=row.episode_return - 0.2)
        for row in agents
    ]


def test_one_kind_of_actions_is_compared_and_the_other_told(tmp_path: Path) -> None:
    config = config_for(tmp_path, drawn_too(study()))
    report = compare(config).report
    assert "Actions: sampled. All but this table is of these" in report
    assert "latent (3 seeds), pixels (3 seeds), factors (1 seed)" in report
    assert returns_table(report)["new_floor latent"][2].startswith("0.61")
    told = next(part for part in report.split("\n\n") if "most probable |" in part)
    (line,) = (line for line in told.splitlines() if re.match(r"\| new_floor *\| latent", line))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[2].startswith("0.61") and cells[3].startswith("0.81")
    other = compare(replace(config, actions="most_probable")).report
    assert "Actions: most probable. All but" in other
    assert returns_table(other)["new_floor latent"][2].startswith("0.81")
    (task,) = json.loads(config.rows[0].with_suffix(".json").read_text())["tasks"]
    assert task["actions"] == "most_probable"
    assert [group["kind"] for group in task["other_actions"]] == ["latent", "pixels", "factors"]


def test_rows_of_one_kind_of_actions_are_compared_as_they_are(tmp_path: Path) -> None:
    config = config_for(tmp_path, study())
    report = compare(config).report
    assert "Actions: most probable." in report and "All but this table" not in report
    with pytest.raises(ValueError, match="no episode of sampled actions; add some with"):
        compare(replace(config, actions="sampled"))
    with pytest.raises(ValueError, match="unknown kind of actions 'drawn'"):
        compare(replace(config, actions="drawn"))
