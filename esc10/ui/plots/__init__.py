"""Figures: a domain object in, a Plotly figure or a Vega-Lite specification out.

palette        the colours, and the letters of compared runs, in one place
vega           what every Vega-Lite specification shares
waveform       a sound's waveform and its mel spectrogram
spectrograms   a spectrogram and votes as HTML, light enough for a list of clips
curves         loss and accuracy over epochs, updated in place
epochs         a run's curves with its best epochs marked
confusion      the confusion matrix, whose cells can be clicked
calibration    the reliability curve
class_scores   classes side by side for several runs
clip_map       first-layer filters, and the clips on a plane
windows        a sound's answers, and those of its windows
bars           an answer before and after something was done to the sound
occlusion      what was covered, and what that changed
robustness     an answer over noise, gain, pitch or speed
room_response  what a room took, band by band
"""
