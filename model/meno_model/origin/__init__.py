"""Whether code resembles what language models write or what people write: a likelihood, with its reasons.

    records.py     the data: whose code, on which problem, and what may be trained on
    reading.py     a program without its layout, as words that know their places; functions and the whole file
    features.py    what is counted in the words, and where each count comes from
    regression.py  the linear model and its fit, in numpy
    training.py    folds by problem, the fit, the run's folder
    calibration.py likelihoods and the two thresholds between which nothing is said
    graph.py       the ONNX graph
    weights.py     the shipped files and their checksums
    detector.py    the graph in onnxruntime: a judgement for every function and for the file
    wording.py     what a person reads
    evaluation.py  the figures, each with a bootstrap interval and beside the baseline

The model sees style, not substance; it proves nothing about anybody. Nothing here speaks unasked.
"""
