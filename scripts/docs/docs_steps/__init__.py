"""What the site's pages are made of besides their own words.

Pages hold blocks that are filled in before Sphinx reads them (``blocks``): text of the repository's
documents, which stays where it is (``documents``, ``homes``, ``shared_text``); the help of the
commands (``command_help``); the public names of a module (``api``); notebooks (``notebooks``); and
where a page of an encoder is (``made_pages``).
"""
