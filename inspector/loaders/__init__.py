"""How TensorFlow restores a model: one file a loader, its steps in the order of TensorFlow's source.

A rule says what is wrong; a loader says whether it minds. Read these files to learn what each loader looks at.
"""
