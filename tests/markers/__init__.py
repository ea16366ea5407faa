"""Markers in everything that is somebody's, and a search of everything that is everybody's.

`marks` are the markers and how they are found again, `planting` puts them into matters of every kind and into
every column that is not named public, `told` publishes what every source has to say, `asking` reads every address.
"""
