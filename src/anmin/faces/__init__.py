"""A kind's facts as people meet them: in a form, a list, a page, a history."""
