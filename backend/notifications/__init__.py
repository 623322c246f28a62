"""Notices: what a person is told of, where, and whether it was read.

The end of a job becomes a notice by a trigger of the database, in the transaction that ends the job; the engine knows nothing of
it. Jobs without a title for people (``@task(summary=…)``), hidden ones and the children of groups are nobody's news.
"""
