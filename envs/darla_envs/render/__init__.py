"""Draw many 3D worlds at once, as MiniWorld does, with NumPy and Numba alone.

A :class:`~darla_envs.render.scene.Scene` says what there is, a
:class:`~darla_envs.render.scene_batch.SceneBatch` holds one for each world, and a
:class:`~darla_envs.render.renderer.Renderer` draws them: ``camera`` turns world space into screen
space, ``polygons`` clips and sets up each polygon, ``coverage`` and ``visibility`` find the nearest
polygon at every sample, and ``shading``, ``sampling`` and ``resolve`` turn that into pixels.

Kernels call the same thing by the same name, and say no more of it than what they do to it:

- ``scenes``: ``faces``, ``instances``, ``lights`` and ``cameras`` of all worlds, see
  ``scene_batch``; ``position``: the cameras', (N, 3) float32; ``world``: which world.
- ``meshes`` and ``textures``: :class:`~darla_envs.render.meshes.MeshArrays` and
  :class:`~darla_envs.render.textures.TextureArrays`, whose arrays are ``pool`` (the texels),
  ``starts``, ``sizes`` and ``last_levels``.
- ``scratch``: the thread's :class:`~darla_envs.render.scratch.Scratch`, whose arrays keep their
  names, but for ``places`` and ``pairs`` of texels.
- ``number``: the current polygon's, from 1; ``count``: how many of ``corners``, or of pixels, are
  meant; ``bits``: see :func:`~darla_envs.render.visibility.polygon_bits`.
- ``width`` and ``height``: of the picture in pixels; ``samples``: a pixel, 1 or 4; ``offsets``:
  (rows,) float32, see :func:`~darla_envs.render.coverage.sample_offsets`.
- ``y``: a row of pixels; ``row``: the first of its rows of samples; ``begin`` and ``end``: a pixel
  in it, and one past the last.
"""
