"""Shifts for environments whose looks nobody has declared: see ``Looks.standard``.

D_U varies all that colours can, all at once: an encoder learns which differences do not matter.
Targets are one shift each, at half its strength, nearer to D_U and farther from it:

- hue, tint, grey and recolor lie within D_U, which is what DARLA asks for: the encoder has seen
  such looks, the policy has not;
- brightness, contrast and gamma go a little beyond what D_U shows of them;
- textures, rectangles, blur, noise and compression are outside: neither has seen any.

The background can be replaced only where an environment tells what is background, so that is left
to looks of your own.
"""

from collections.abc import Mapping

from darla.environments.restyling.strengths import Strength

STANDARD_UNSUPERVISED: Mapping[str, Strength] = {
    "recolor": (0.0, 0.8),
    "hue": (0.0, 1.0),
    "tint": (0.0, 0.6),
    "grey": (0.0, 0.6),
    "brightness": (0.0, 0.4),
    "contrast": (0.0, 0.3),
    "gamma": (0.0, 0.3),
}
"""Of D_U. Darkness adds up: were the last three wider, some episodes would be black."""

_COLORS = ("hue", "tint", "grey", "recolor", "brightness", "contrast", "gamma")
_OTHERS = ("texture", "moving_texture", "occlusion", "blur", "noise", "jpeg")

STANDARD_TARGETS: Mapping[str, Mapping[str, Strength]] = {
    name: {name: 0.5} for name in (*_COLORS, *_OTHERS)
}
"""Of each target, which is called as its shift is."""
