"""A class is asked, by phones or by hands: before the matrix is shown, and against the networks."""
