import sqlite3

sqlite3.connect("data/room.db").backup(sqlite3.connect("backup.db"))
