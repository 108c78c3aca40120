"""Frames: the picture in an observation, and datasets of such pictures on disk.

``pictures`` finds, takes out, replaces and resizes the picture of an observation, which may have
any of the ``picture_forms``. A dataset is begun and filled by ``writer`` (``chunk_files``, one file
a chunk, or ``stored_chunks``, an object each in a store; ``attributes``, what it is of), read by
``dataset`` or, several as one, by ``joined``, described by ``dataset_description`` and shown by
``contact_sheet``. ``order`` says in which order training reads frames, or pairs of them.
"""
