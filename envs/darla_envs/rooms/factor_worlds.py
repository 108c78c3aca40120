"""The tasks, many worlds at once, observed by their true factors: nothing is drawn."""

import numpy as np

from darla_envs.rooms.sampled_rooms import SampledRooms


class FactorWorlds(SampledRooms):
    """Rooms that show their true state: what an agent could do if it saw perfectly.

    An observation is a (4 + K (4 + S),) float32 array in [-1, 1]: the agent's x and z, sine and
    cosine of its yaw, then for each of the K objects, nearest first, whether it is there, sine and
    cosine of its bearing, its distance, and one-hot which of the S shapes it has; zeros where
    there is none. In tasks where colours mean something each object's is its last number.
    """

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Write the true states of the chosen worlds into ``out``, (n, D) float32."""
        out[:] = self.factor_observations(chosen)
