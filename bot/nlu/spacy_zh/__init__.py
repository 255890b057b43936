"""The project's own Chinese spaCy pipeline ``zh_gjj``: built offline, packaged as a wheel, loaded with ``spacy.load``.

``tokenizer.py``, ``vectors.py``, ``entities.py`` and ``values.py`` travel inside the package and therefore import nothing of this
repository; ``patterns.py``, ``vocabulary.py`` and ``build.py`` are needed only to build it.
"""
