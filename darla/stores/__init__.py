"""Places that are no folders of this machine: object stores, ``pip install 'darla[store]'``.

``urls`` says what a path means: a local one, also as ``file://``, or one in a store (``s3://``,
``gs://``). ``folders`` reads and lists either in the same words, and ``objects`` is the store's
side, the only module that imports obstore; ``read_ahead`` has what comes next fetched meanwhile.
``local_copies`` brings small folders, such as encoders, here. What is written bit by bit is held
here as well, and sent (``sent_back``): runs by ``mirrored_runs``, files by ``mirrored_files``.

The library is obstore, which zarr takes as ``zarr.storage.ObjectStore``, and not fsspec, its
``FsspecStore``. Obstore is one wheel without further packages, where fsspec brings s3fs,
aiobotocore, aiohttp and a dozen more. It puts an object on the condition that there is none yet,
which makes the beginning of a dataset atomic; it says how large an object is before the first byte
of it comes; and it waits for the network outside of Python's lock, so that threads read ahead. Zarr
itself is not between us and the store, for the reasons that :mod:`darla.frames.chunk_files` gives:
it would decode whatever a file names, to any size.

**How it is atomic.** There is no rename in a store, and none is needed: an object is put whole, or
it is not there. What makes several objects one thing is put last, and taken away first. There are
no locks either; what two processes may do at once is said where things are written.

Who may read and write is decided by the environment alone, never by a URL: ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, ``AWS_REGION``, ``AWS_ENDPOINT_URL`` and so on;
``GOOGLE_APPLICATION_CREDENTIALS`` and its like; or the identity of the machine in its cloud.
"""
