"""The shifts, by name, in the order in which they are applied when there are several.

It is the way of the light: what the world is painted with, the light on it, what stands before the
lens, the lens, the sensor, the file. Those of other packages come last.
"""

from darla.environments.restyling.shift import Shift, check_shift
from darla.running.registry import Registry

_HERE = "darla.environments.restyling"

SHIFTS: Registry[Shift] = Registry("shift", "darla.shifts", check_shift)
"""What can be done to the look of pictures, by name."""

SHIFTS.register("background", f"{_HERE}.background:BACKGROUND")
SHIFTS.register("texture", f"{_HERE}.texture:TEXTURE")
SHIFTS.register("moving_texture", f"{_HERE}.moving_texture:MOVING_TEXTURE")
SHIFTS.register("recolor", f"{_HERE}.recolor:RECOLOR")
SHIFTS.register("hue", f"{_HERE}.hue:HUE")
SHIFTS.register("tint", f"{_HERE}.tint:TINT")
SHIFTS.register("grey", f"{_HERE}.grey:GREY")
SHIFTS.register("brightness", f"{_HERE}.brightness:BRIGHTNESS")
SHIFTS.register("contrast", f"{_HERE}.contrast:CONTRAST")
SHIFTS.register("gamma", f"{_HERE}.gamma:GAMMA")
SHIFTS.register("occlusion", f"{_HERE}.occlusion:OCCLUSION")
SHIFTS.register("blur", f"{_HERE}.blur:BLUR")
SHIFTS.register("noise", f"{_HERE}.noise:NOISE")
SHIFTS.register("jpeg", f"{_HERE}.jpeg:JPEG")
