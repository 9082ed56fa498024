"""Hand-ins of a whole class: read as a stranger's, judged anew, and set beside what they say.

senders        who sent a file, from the name that Moodle or Canvas gave it
folder         which files of a folder, or of a zip, are hand-ins
brought        what somebody brings to a page: put aside, bounded, and gone afterwards
held_out       what networks are fed of the clips that judge them
judging        one hand-in: what it says, and what its weights give on the dataset's clips
checked        what came of that, and the states that a hand-in can be in
doubles        which hand-ins have the same weights, or the same answers
grades         all of them as a table that Moodle imports, and as one for Canvas
feedback       a page for each; feedback.html how it is filled in

Nothing of a hand-in is executed or stored among the runs. What differs is shown with its figures;
what it means is for a person to say, and so is the grade. Curves and times cannot be judged anew:
only a training would show them again. Nor are answers to exercises: which were accepted is what the
hand-in says.
"""

from esc10.lesson.checking.brought import Brought
from esc10.lesson.checking.checked import CHECKED, STATES, Checked, states_of
from esc10.lesson.checking.doubles import Doubles, doubles_among, sets_that_share
from esc10.lesson.checking.feedback import feedback_zip, make_feedback_folder, write_feedback
from esc10.lesson.checking.folder import Found, hand_ins_in
from esc10.lesson.checking.grades import canvas_csv, grades_csv
from esc10.lesson.checking.judging import Checker

__all__ = [
    "CHECKED",
    "STATES",
    "Brought",
    "Checked",
    "Checker",
    "Doubles",
    "Found",
    "canvas_csv",
    "doubles_among",
    "feedback_zip",
    "grades_csv",
    "hand_ins_in",
    "make_feedback_folder",
    "sets_that_share",
    "states_of",
    "write_feedback",
]
