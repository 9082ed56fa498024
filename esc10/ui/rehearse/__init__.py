"""The Rehearse page: what is ready for a lesson, and what to do in the minutes that there are."""
