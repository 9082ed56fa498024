"""Long work beside the pages: the queue of runs, the Dask worker, questions to it, and jobs."""
