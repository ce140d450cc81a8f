import os
import sqlite3

os.umask(0o077)  # the copy holds every message, and the key of the tokens
sqlite3.connect("data/room.db").backup(sqlite3.connect("backup.db"))
