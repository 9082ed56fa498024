"""Figures: a domain object in, a Plotly figure or a Vega-Lite specification out.

palette        the colours, and the letters of compared runs, in one place
vega           what every Vega-Lite specification shares
waveform       a sound over time
spectrograms   a mel spectrogram: as a picture, in HTML beside its votes, as a Plotly figure
frequencies    kilohertz beside the mel bands of whatever has them
curves         loss and accuracy over epochs, updated in place
epochs         a run's curves with its best epochs marked
confusion      the confusion matrix, whose cells can be clicked
calibration    the reliability curve
ways           several ways of training, a dot for each seed
parameters     accuracy over the number of parameters
class_scores   classes side by side for several runs
clip_map       the clips on a plane
filters        what the first layer looks for
bars           several runs' answers, or one's before and after something was done to the sound
windows        the answers to a sound's windows over time
occlusion      what was covered, and what that changed
robustness     an answer over noise, gain, pitch or speed
room_response  what a room took, band by band
"""
