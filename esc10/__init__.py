"""How machines learn to hear: a lab on environmental sounds, in a browser.

Data goes forward, and so does reading:

    1. datasets      sources of clips, fetched and verified   (practice, synthesis, acoustics: ours)
    2. audio         any sound as samples; decoding: block by block; windows: of a long one
                     diagnosis, measuring: what is wrong with a recording
    3. features      samples as mel spectrograms, cached
    4. splits        who trains, who validates, who tests
    5. config        what a person chooses; preparation: all that a run needs
    6. models        the lab's three networks
    7. training      learning, with every epoch's answers kept; results: what it gives back
    8. run, runs     a run's folder, and all of them; recording: how one is written;
                     labels, deletion: what people call a run, and a way back; exchange: as a zip
    9. evaluation    confusion, reports, intervals, mistakes; forgetting: epoch by epoch;
                     reliability: how sure it may be; comparison: two runs on the same clips
    10. inference    a trained network answers, and shows its inside; projection: on a plane
                     listening, novelty: one's own sound, and when not to answer
                     shuffling, masking, occlusion, disturbance: an answer taken apart
                     pretence, room: what becomes of a sound on its way to a microphone
    11. engine       training in a worker process, for the pages; questions: what pages ask there
    12. plots, ui    figures, and what pages share
    13. cli          the same without a browser
"""
