"""The memory that a thread draws with."""

import pytest

from darla_envs.render.scratch import LANES, MOST_POLYGONS, Scratch


@pytest.mark.parametrize("samples", [1, 4])
def test_rows_of_keys_are_whole_blocks(samples):
    for width, height in ((1, 1), (16, 3), (37, 23)):
        scratch = Scratch.make(width, height, samples, polygons=3, vertices=9)
        rows, padded = scratch.keys.shape
        assert rows == height * samples
        assert padded % LANES == 0 and 0 <= padded - width < LANES
        assert scratch.spans.shape == (2, rows)
        assert len(scratch.numbers) == width


def test_there_is_room_for_the_sky_besides_all_polygons():
    scratch = Scratch.make(8, 8, 4, polygons=5, vertices=3)
    assert len(scratch.planes) == len(scratch.kinds) == 6
    assert len(scratch.vertices) == len(scratch.places) == 3


def test_there_is_never_room_for_more_polygons_than_keys_can_tell_apart():
    scratch = Scratch.make(8, 8, 4, polygons=10**6, vertices=3)
    assert len(scratch.planes) == len(scratch.kinds) == MOST_POLYGONS + 1 == 2**16


def test_pairs_of_texels_share_memory_with_texels():
    scratch = Scratch.make(8, 8, 4, polygons=5, vertices=3)
    scratch.texel_pairs[3] = 7 << 32 | 5
    assert scratch.texels[6:8].tolist() == [5, 7]
