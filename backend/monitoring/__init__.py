"""Monitoring: is the installation alive, is it ready, and what is it doing."""
