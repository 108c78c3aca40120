import numpy as np

from darla.running.vector_infos import rows_of


def test_masks_say_who_reports() -> None:
    infos = {
        "hue": np.array([0.5, 0.0]),
        "_hue": np.array([True, False]),
        "factors": {"x": np.array([1, 2]), "_x": np.array([False, True])},
        "_factors": np.array([False, True]),
    }
    assert rows_of(infos, 2) == [{"hue": 0.5}, {"factors": {"x": 2}}]


def test_without_masks_all_report_what_has_a_row_for_each() -> None:
    infos = {"factors": {"hue": np.array([0.1, 0.2])}, "names": ["a", "b"], "seed": 3}
    rows = rows_of(infos, 2)
    assert [row["factors"] for row in rows] == [{"hue": 0.1}, {"hue": 0.2}]
    assert [row["names"] for row in rows] == ["a", "b"]
    assert "seed" not in rows[0]
