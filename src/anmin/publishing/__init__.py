"""The one gate to the public: what is published is drafted, redacted, approved by another person, numbered."""
