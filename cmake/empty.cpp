// A module that has headers only.
