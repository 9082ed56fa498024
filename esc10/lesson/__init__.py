"""The lab as a lesson: exercises that check an answer, and what is handed in and carried along."""
