"""Webhooks: other programs that are told what happens in a race, as it becomes public.

Who is told (`endpoints`), what is to be told (`outbox`), how it is signed (`signing`), and how it
is sent without being led astray (`sending`).
"""
