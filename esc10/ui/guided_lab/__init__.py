"""The guided lab: what is looked at, what is asked, and what a student has answered."""
