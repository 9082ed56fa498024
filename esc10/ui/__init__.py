"""What pages are made of. This room alone imports Streamlit; the domain never does.

frame        page configuration, top navigation, projector mode
server       the server's one engine and its jobs; what is cached, and by what it is told apart
remembered   what a browser session has read and heard, bounded in bytes
fragments    parts of a page that are drawn anew without the rest; how often
words        runs and times as people write them
settings     what a person chooses: a run, or what to train
local_paths  paths on the server's machine, and who may name them
browsers     which browser a session belongs to; what is personal is shown in that one alone
uploads      letting go of what a browser has sent
progress     jobs and runs under way, with a time left and a way to stop
trainings    several that belong together: what is finished, under way or missing of them
curves       the live charts
clip_cards   a card for each of some clips; clip_view: a clip's player, pictures and source
run_marks    a run's mark and letter, and its title and note
lab_answers  what a browser session has answered in the guided lab
lesson_begun the plan that a lesson follows, and since when
links        addresses that lead to a place
layer_table, csv_files
plots/       a domain object in, a figure out
player/      a sound with a playhead over its pictures, two to compare; one at a time, and by keys
microphone/  sounds from the browser, with its speech filters off

A folder for each page that has parts of its own: guided_lab, datasets, crossval, traps, evaluate,
compare, ask_the_class, predict, rehearse, hand_ins.
"""
