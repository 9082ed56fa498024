"""The lab as a lesson: exercises that check an answer, and what is handed in and carried along.

answers    what was answered to the exercises, as a file too
exercises  what a right answer is to each, and how far off it may be
snippets   the lines of Python that do what an exercise is about
lab_pack/  datasets, runs and the program in one zip for another machine
"""
