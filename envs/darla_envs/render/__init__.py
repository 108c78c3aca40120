"""Draw many 3D worlds at once, as MiniWorld does, with NumPy and Numba alone.

A :class:`~darla_envs.render.scene.Scene` says what there is, a
:class:`~darla_envs.render.scene_batch.SceneBatch` holds one for each world, and a
:class:`~darla_envs.render.renderer.Renderer` draws them: ``camera`` turns world space into screen
space, ``polygons`` clips and sets up each polygon, ``coverage`` and ``visibility`` find the nearest
polygon at every sample, and ``shading``, ``sampling`` and ``resolve`` turn that into pixels.
"""
