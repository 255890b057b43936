"""Vectors for words outside the table: the mean of their characters, so that no Chinese text is a zero vector."""
from __future__ import annotations

from typing import List, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.vocab import Vocab

Vector = NDArray[np.float32]
UNKNOWN = "<unk>"
"""Row used for a letter, digit or Chinese character that the table does not hold."""


def token_vector(token: Token) -> Vector:
    """Vector of ``token``, shape (width,), float32: its own row, else the mean over its characters.

    Only tokens without any letter, digit or Chinese character (punctuation, spaces, emoji) stay zero.
    """
    vocab = token.vocab
    orth = token.orth
    if vocab.has_vector(orth):
        return cast(Vector, vocab.get_vector(orth))
    return _mean_of_characters(vocab, token.text)


def has_token_vector(token: Token) -> bool:
    """Whether :func:`token_vector` is anything but zero."""
    return bool(token_vector(token).any())


def _mean_of_characters(vocab: Vocab, text: str) -> Vector:
    rows: List[Vector] = []
    for character in text.lower():
        if character.isalnum():
            rows.append(cast(Vector, vocab.get_vector(character if vocab.has_vector(character) else UNKNOWN)))
    if not rows:
        return np.zeros((vocab.vectors_length,), dtype="f")
    mean: Vector = np.mean(rows, axis=0, dtype="f")
    return mean


def doc_vector(doc: Doc) -> Vector:
    """Mean of the token vectors that are not zero, shape (width,), float32."""
    rows = [vector for vector in map(token_vector, doc) if vector.any()]
    if not rows:
        return np.zeros((doc.vocab.vectors_length,), dtype="f")
    mean: Vector = np.mean(rows, axis=0, dtype="f")
    return mean


def char_vectors(doc: Doc) -> Doc:
    """Make ``token.vector``, ``span.vector`` and ``doc.vector`` use :func:`token_vector`.

    Hooks rather than new rows in the table: what citizens type must not make a long-running process grow.
    """
    doc.user_token_hooks["vector"] = token_vector
    doc.user_token_hooks["has_vector"] = has_token_vector
    doc.user_hooks["vector"] = doc_vector
    return doc


if not Language.has_factory("gjj_char_vectors"):  # this file and its copy in the package may meet in one process
    Language.component("gjj_char_vectors")(char_vectors)
