"""The command line: a function a command, from its options to what is printed."""
