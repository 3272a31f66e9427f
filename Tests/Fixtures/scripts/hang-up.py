"""Starts a program on a terminal of its own, closes the terminal once the program has said a word, and waits for its end.

    hang-up.py WORD PROGRAM ARGUMENTS...

Exit status: the program's.
"""
import os
import pty
import signal
import sys

word, program = sys.argv[1].encode(), sys.argv[2:]
signal.alarm(60)  # a program that doesn't end has failed
child, terminal = pty.fork()
if child == 0:
    os.execv(program[0], program)
said = b""
while word not in said:
    said += os.read(terminal, 4096)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
