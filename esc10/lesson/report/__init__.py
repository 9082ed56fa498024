"""A finished run as one HTML file: to read, to listen to, to hand in; with the run itself inside.

writing        what the file says, and what it carries
mistakes       the misclassified test clips with their sounds, as many as there is room for
charts         curves as SVG
reading        the run and the answers out of such a file, which is a stranger's
report.html    the page, as Jinja fills it in; report.css how it looks, on paper too

The file asks no host for anything and runs no script. Whatever a person or a stranger wrote, Jinja
escapes.
"""

from esc10.lesson.report.reading import read_report, run_in
from esc10.lesson.report.writing import Report, report_of

__all__ = ["Report", "read_report", "report_of", "run_in"]
