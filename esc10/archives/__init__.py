"""A stranger's files by their paths, each read no further than a bound that the reader names.

trees     what a tree of files is, and a folder as one
zips      a zip as one, which is read and never unpacked; a folder or a zip, whichever it is
arriving  a zip whose end has not arrived yet, or never will, member by member
"""
