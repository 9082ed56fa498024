"""The page on hand-ins: what somebody brings is checked in a job, and only they see the results."""
