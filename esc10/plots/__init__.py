"""Figures: a domain object in, a Plotly figure or a Vega-Lite specification out.

palette    the colours, in one place
sounds     waveform, spectrogram, the frames' votes
verdicts   confusion matrix, class probabilities
curves     loss and accuracy over epochs, updated in place
"""
