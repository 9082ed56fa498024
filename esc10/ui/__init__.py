"""What pages share. This package alone imports Streamlit; the domain never does.

frame      page configuration, top navigation, projector mode
server     the server's one engine and its jobs; cached accessors
settings   what a person chooses: a run, or what to train
sounds     a clip's player, pictures and source
progress   jobs and runs under way, with a time left and a way to stop
curves     the live charts; watchers: how often they are drawn
words      runs, times and shares as people write them

Of the Evaluate page: matrices, clips (a card for each), reports, epochs, trust, insides with
clip_map and layers, takeaway, importing. Of the Compare page: run_table, run_labels, deleting,
class_scores, differences. Both: csv_files.

Of the Predict page: given (the sound a person brings), recorder and live with microphone, findings,
answers with heard_windows and playhead, many_sounds, room, kept_sounds; questioning with case,
rearranging, brushing, deciding and disturbing. Of the Dataset page: own_sounds.
"""
