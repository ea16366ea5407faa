"""The demo city: Rui'an's real towns and communities, made-up people and events.

Nothing is written behind the house's back: events come in through the import's door, and every
callback, answer and signed day is made by the same actions that people use, at a pretended time.
"""
