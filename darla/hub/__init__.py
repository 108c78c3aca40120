"""Encoders and agents on the Hugging Face Hub: ``pip install 'darla[hub]'``.

Of a repository only files that were asked for by name are ever read, after their sizes are known:
JSON and safetensors, which are checked as local ones are, and cannot run code.
"""
