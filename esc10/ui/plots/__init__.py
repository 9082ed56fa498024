"""Figures: a domain object in, a Plotly figure or a Vega-Lite specification out.

palette        the colours, in one place
sounds         waveform, spectrogram, the frames' votes
pictures       a spectrogram and votes as HTML, light enough for a list of clips
probabilities  a sound's class probabilities
curves         loss and accuracy over epochs, updated in place
epochs         a run's curves with its best epochs marked
matrices       the confusion matrix, whose cells can be clicked
trust          the reliability curve
f1             classes side by side for several runs
insides        first-layer filters, and the clips on a plane
heard          a sound's answers, and those of its windows
answers        an answer before and after something was done to the sound
covering       what was covered, and what that changed
disturbed      an answer over noise, gain, pitch or speed
room           what a room took, band by band
"""
