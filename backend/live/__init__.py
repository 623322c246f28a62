"""The live feed: what the database says has changed reaches every browser that may see it, in order and once.

Two ways lead there, and each alone is enough: NOTIFY is heard at once (``listener.py``), and a sweep looks for what was
missed. The database is the truth; this process only forwards it. The feed knows jobs and no other feature: features register
feeds of their own (``feeds.py``).
"""
