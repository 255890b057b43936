"""How the sentence encoder is learned: ``./gjj tune`` (:mod:`bot.training.tune`); nothing here runs when the product answers.

``adapt`` teaches the base model the questions (the teacher), ``slimming`` leaves out what they do not need, ``distil`` teaches
what is left to give the teacher's vectors (the student, which the product runs). ``transformer`` is the encoder in TensorFlow,
``batches`` and ``tasks`` are what it
learns from, ``loop`` is how.
"""
