"""From samples to pixels: whose they are, and the mean of what they show."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla_envs.render.resolve import SEVERAL, find_numbers, pack, run_end, share_of, shows
from darla_envs.render.scratch import MOST_WIDTH
from darla_envs.render.visibility import SKY, polygon_bits
from toy_scenes import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    Face,
    Instance,
    View,
    as_triangles,
    assert_close,
    make_scene,
    mesh_set,
    noise,
    plain_picture,
    texture_set,
)

VIEW = View(16, 16)
few = settings(max_examples=40)


def keys_of(numbers) -> np.ndarray:
    """Return keys of polygons at any depths, from (rows, W) numbers."""
    numbers = np.asarray(numbers)
    depths = np.random.default_rng(0).integers(1, 65536, numbers.shape).astype(np.uint32)
    keys = np.full((len(numbers), 16), SKY, np.uint32)
    for place, number in np.ndenumerate(numbers):
        keys[place] = polygon_bits(number) | depths[place] << np.uint32(16) if number else SKY
    return keys


FOUR_ROWS = [  # of samples, and whose they are, pixel by pixel
    [1, 1, 1, 0, 2, 3, 0],
    [1, 1, 2, 0, 2, 1, 0],
    [1, 2, 2, 0, 2, 2, 0],
    [1, 1, 2, 0, 2, 9, 7],
]


def test_pixels_belong_to_a_polygon_or_to_several():
    numbers = np.zeros(7, np.int32)
    find_numbers(keys_of([*FOUR_ROWS, *FOUR_ROWS[::-1]]), 0, 4, numbers)
    assert numbers.tolist() == [1, SEVERAL, SEVERAL, 0, 2, SEVERAL, SEVERAL]
    find_numbers(keys_of([[5] * 7] * 4 + FOUR_ROWS), 4, 4, numbers)
    assert numbers.tolist() == [1, SEVERAL, SEVERAL, 0, 2, SEVERAL, SEVERAL]


def test_a_pixel_of_one_sample_belongs_to_one_polygon():
    numbers = np.zeros(7, np.int32)
    for row in range(4):
        find_numbers(keys_of(FOUR_ROWS), row, 1, numbers)
        assert numbers.tolist() == FOUR_ROWS[row]


@given(st.lists(st.integers(-1, 2), min_size=1, max_size=16))
def test_runs_are_the_same_all_along(numbers):
    row = np.array(numbers, np.int32)
    begin, runs = 0, []
    while begin < len(row):
        end = run_end(row, begin)
        assert end > begin
        assert len(set(numbers[begin:end])) == 1
        runs.append(numbers[begin])
        begin = end
    assert begin == len(row)
    assert all(one != following for one, following in itertools.pairwise(runs))


def test_a_share_is_how_many_samples_show_a_polygon():
    keys = keys_of(FOUR_ROWS)
    shares = {
        number: [share_of(keys, 0, 4, np.uintp(x), polygon_bits(number)) for x in range(7)]
        for number in (1, 2, 4)
    }
    assert shares[1] == [1, 0.75, 0.25, 0, 0, 0.25, 0]
    assert shares[2] == [0, 0.25, 0.75, 0, 1, 0.25, 0]
    assert shares[4] == [0] * 7
    assert share_of(keys, 0, 1, np.uintp(0), polygon_bits(1)) == 1


def test_polygons_are_looked_for_in_all_samples_of_some_pixels():
    keys = keys_of(FOUR_ROWS)
    assert shows(keys, 0, 4, 0, 1, 1) and not shows(keys, 0, 4, 0, 1, 2)
    assert shows(keys, 0, 4, 0, 2, 2)
    assert shows(keys, 0, 4, 4, 6, 9) and not shows(keys, 0, 4, 6, 7, 9)
    assert not shows(keys, 0, 1, 1, 2, 2) and shows(keys, 2, 1, 1, 2, 2)


def test_colours_are_rounded_and_held_within_bytes():
    colors = np.array([-9, -0.4, 0, 0.49, 0.5, 1.5, 127.49, 127.5, 254.4, 254.6, 255, 1e6])
    sums, width = np.zeros(3 * MOST_WIDTH, np.float32), len(colors)
    for channel in range(3):
        sums[channel * MOST_WIDTH :][:width] = np.roll(colors, channel)
    pictures = np.full((2, 3 * width + 10), 77, np.uint8)
    pack(sums, width, pictures, 1, 6)
    row = pictures[1, 6:-4].reshape(width, 3)
    expected = np.array([0, 0, 0, 0, 1, 2, 127, 128, 254, 255, 255, 255])
    for channel in range(3):
        np.testing.assert_array_equal(row[:, channel], np.roll(expected, channel))
    assert (pictures[0] == 77).all()
    assert (pictures[1, :6] == 77).all() and (pictures[1, -4:] == 77).all()


@pytest.mark.parametrize(("edge", "share"), [(5.25, 0.25), (5.5, 0.5), (5.75, 0.75), (6.0, 1.0)])
def test_a_pixel_shows_the_mean_of_its_samples(edge, share):
    """Columns and rows alike: the four samples lie in columns and rows of their own."""
    for wall in (VIEW.wall(right=edge), VIEW.wall(bottom=edge)):
        rest = Face(VIEW.wall(distance=3.0), tint=(0.2, 0.4, 0.6))
        picture = VIEW.draw(make_scene([Face(wall, tint=WHITE), rest]))
        if not (picture[:, 0] == 255).all():  # the wall covers rows
            picture = picture.transpose(1, 0, 2)
        mixed = share * 255 + (1 - share) * np.array([51, 102, 153])
        assert (picture[:, :5] == 255).all()
        assert_close(picture[:, 5], mixed, within=0.51)
        assert (picture[:, 6:] == (51, 102, 153)).all()


def test_a_pixel_of_four_polygons_shows_a_quarter_of_each():
    # The samples of pixel (5, 5) are at 0.625, 0.125, 0.875 and 0.375 from its left, downwards.
    tints = [(0.8, 0, 0), (0, 0.8, 0), (0, 0, 0.8)]
    strips = [
        Face(VIEW.wall(0, 5 + row / 4, 16, 5.25 + row / 4), tint=tint)
        for row, tint in enumerate(tints)
    ]
    picture = VIEW.draw(make_scene(strips, sky=(0.4, 0.4, 0.4)))
    assert_close(picture[5], np.tile(51 + 0.25 * 102, (16, 3)), within=0.51)


def test_without_averaging_a_pixel_shows_its_centre():
    view = View(16, 16, antialias=False)
    for edge, covered in ((5.4, False), (5.6, True)):
        picture = view.draw(make_scene([Face(view.wall(right=edge), tint=RED)], sky=BLUE))
        assert (picture[:, 5] == 255 * (RED if covered else BLUE)).all()


coordinates = st.floats(-4, 4)
corners = st.tuples(st.floats(-1, 6), coordinates, coordinates)
surfaces = st.lists(st.tuples(corners, corners, corners), min_size=1, max_size=12)


def both_sides(surfaces, tints, texture_of) -> list[Face]:
    return [
        Face(np.array(corners)[::turn], tint=tints[row], texture=texture_of(row))
        for row, corners in enumerate(surfaces)
        for turn in (1, -1)
    ]


@few
@given(surfaces, st.integers(0, 1000), st.sampled_from([(37, 9), (16, 16), (90, 4)]))
def test_textures_of_one_colour_look_like_none(surfaces, seed, size):
    """So all shares of a pixel sum up to 1, however many textured polygons it shows."""
    tints = np.random.default_rng(seed).random((len(surfaces), 3))
    view = View(*size)
    textures = texture_set(plain_picture((255, 255, 255)), plain_picture((255, 255, 255), 3, 7))
    sky = (0.3, 0.6, 0.9)
    plain = view.draw(make_scene(both_sides(surfaces, tints, lambda row: -1), sky=sky))
    for texture_of in (lambda row: row % 2, lambda row: row % 3 - 1):
        faces = both_sides(surfaces, tints, texture_of)
        assert_close(view.draw(make_scene(faces, sky=sky), textures), plain)


@few
@given(surfaces, st.sampled_from([(37, 9), (16, 16), (90, 4)]))
def test_white_surfaces_under_a_white_sky_are_all_white(surfaces, size):
    view = View(*size)
    textures = texture_set(plain_picture((255, 255, 255)), plain_picture((255, 255, 255), 64, 64))
    white = np.ones((len(surfaces), 3))
    faces = both_sides(surfaces, white, lambda row: row % 3 - 1)
    assert (view.draw(make_scene(faces, sky=WHITE), textures) == 255).all()


@few
@given(st.integers(0, 10**6))
def test_meshes_look_like_faces_of_their_colours(seed):
    rng = np.random.default_rng(seed)
    surfaces, tints = rng.uniform(-5, 5, (9, 3, 3)), rng.random((9, 3))
    textures = texture_set(noise(8, 8))
    faces = both_sides(surfaces, tints, lambda row: row % 2 - 1)
    meshes = mesh_set(
        *(
            as_triangles(face.corners, colors=np.tile(face.tint, (3, 1)), texture=face.texture)
            for face in faces
        )
    )
    instances = [Instance(number) for number in range(len(faces))]
    picture = VIEW.draw(make_scene(faces, sky=GREEN), textures)
    differ = np.abs(
        VIEW.draw(make_scene(instances=instances, sky=GREEN), textures, meshes) - picture
    )
    # A sample on an edge, or where two surfaces cross, may go to either side.
    assert (differ.max(axis=-1) > 2).sum() <= 4


@pytest.mark.parametrize("antialias", [False, True])
def test_a_pixel_between_textured_walls_shows_both(antialias):
    """Runs that end in the middle of a pixel, three beside each other, again and again."""
    view = View(70, 6, antialias=antialias)
    edges = np.arange(0, 73, 2.5) - 0.01  # through pixels, but not through samples
    walls = [
        Face(view.wall(left, 0, right, 6), texture=number % 3)
        for number, (left, right) in enumerate(itertools.pairwise(edges))
    ]
    colors = [(250, 10, 20), (30, 240, 50), (60, 70, 230)]
    textures = texture_set(*(plain_picture(color) for color in colors))
    picture = view.draw(make_scene(walls), textures)
    each = 4 if antialias else 1
    places = (np.arange(70 * each) + 0.5) / each
    owners = ((places + 0.01) / 2.5).astype(int) % 3
    expected = np.array(colors, float)[owners].reshape(70, -1, 3).mean(axis=1)
    assert_close(picture, np.tile(expected, (6, 1, 1)), within=0.6)


def test_posts_before_a_textured_wall_leave_its_shares_as_they_are():
    """The same wall is to the left and to the right of pixels that it shares with a post."""
    view = View(40, 4)
    posts = [3.0, 8.25, 12.5, 13.5, 20.75, 21.5, 22.25, 30.0]
    faces = [
        Face(view.wall(left, 0, left + 0.5, 4, distance=1.0), texture=row % 3 - 1, tint=GREEN)
        for row, left in enumerate(posts)
    ]
    wall = Face(view.wall(distance=3.0), texture=1, tint=(1.0, 0.0, 1.0))
    white = texture_set(plain_picture((255, 255, 255)), plain_picture((255, 255, 255), 9, 9))
    picture = view.draw(make_scene([*faces, wall]), white)
    covered = np.zeros(160)
    for left in posts:
        covered[int(4 * left) : int(4 * left) + 2] = 1
    share = covered.reshape(40, 4).mean(axis=1)[:, None]
    expected = 255 * (share * GREEN + (1 - share) * (1, 0, 1))
    assert_close(picture, np.tile(expected, (4, 1, 1)), within=0.51)
