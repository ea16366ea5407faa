"""What people and programs send that nobody expected: every address, command, file and hook."""
