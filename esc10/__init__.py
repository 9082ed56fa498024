"""How machines learn to hear: a lab on environmental sounds, in a browser.

Data goes forward through the rooms, and so does reading; a room imports those above it only:

    errors      what a user can meet, each one sentence
    storage     where everything lives; a file is written whole or not at all
    progress    how long work reports and hears a stop
    archives    a stranger's zip or folder, read file by file and no further than its bound
    audio       any sound as samples; what is wrong with it; what a room or an effect does to it
    datasets    labelled clips: fetched or made, verified, split
    features    samples as mel spectrograms, scaled on the training clips, cached, windowed
    training    what to train, the networks, and one training from first epoch to result
    runs        a training on disk: its folder, all of them, the bin, the zip
    evaluation  how good a run is, from the answers it stored
    inference   a trained network answers: a sound of any length, whether it knows it, and why
    lesson      exercises that check an answer; what is handed in and carried along
    engine      long work beside the pages: queue, Dask worker, questions to it, jobs
    ui          what pages are made of; the only room that knows Streamlit
    cli         the same without a browser
"""
