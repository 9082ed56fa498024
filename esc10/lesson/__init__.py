"""The lab as a lesson: exercises that check an answer, and what is handed in and carried along.

exercises    what a right answer is to each, and how far off it may be
snippets     the lines of Python that do what an exercise is about
answers      what was answered to the exercises, as a file too
words        a run's settings and figures in words
report/      a finished run as one HTML file to hand in
checking/    what a class has handed in, judged anew
poll         a question to a class, and its votes; poll_server: the page on which phones vote
blind_test   ten clips to recognise by ear
notebook     a run in plain librosa, scikit-learn and Keras; cells/ its text
lab_pack/    datasets, runs and the program in one zip for another machine
rehearsal    what is to be seen to on the day before
clock        what to do in the minutes that there are; fitting: what there is time for
"""
