import numpy as np

from darla_envs.batch.infos import vector_infos


def test_values_of_one_type_are_one_array():
    infos = vector_infos([{"x": 1}, {}, {"x": 3}])
    assert infos["x"].tolist() == [1, 0, 3] and infos["x"].dtype == np.int64
    assert infos["_x"].tolist() == [True, False, True]


def test_a_fraction_beside_a_whole_number_stays_one():
    infos = vector_infos([{"x": 0}, {"x": 0.5}])
    assert infos["x"].tolist() == [0.0, 0.5]


def test_values_of_several_types_or_shapes_stay_what_they_are():
    for first, second in ((1, "a"), (True, 2), (np.zeros(2), np.ones(3)), ({"y": 1}, 2), (3, None)):
        found = vector_infos([{"x": first}, {"x": second}])["x"]
        assert found.dtype == object
        for value, expected in zip(found, (first, second), strict=True):
            assert type(value) is type(expected)
            np.testing.assert_array_equal(value, expected)


def test_nested_infos_are_put_together():
    infos = vector_infos([{"factors": {"x": 1}}, {"factors": {"x": 0.25}}])
    assert infos["factors"]["x"].tolist() == [1.0, 0.25]
