"""What pages share. This package alone imports Streamlit; the domain never does.

frame      page configuration, top navigation, projector mode
server     the server's one engine and its jobs; cached accessors
sounds     a clip's player, pictures and source
progress   jobs and runs under way, with a time left and a way to stop
words      runs, times and shares as people write them
"""
