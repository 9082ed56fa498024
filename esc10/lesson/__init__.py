"""The lab as a lesson: exercises that check an answer, and what is handed in and carried along.

answers    what was answered to the exercises
lab_pack/  datasets, runs and the program in one zip for another machine
"""
