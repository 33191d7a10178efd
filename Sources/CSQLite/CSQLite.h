// The system's SQLite, for Swift. Debian: libsqlite3-dev, which Swift itself asks for.
#include <sqlite3.h>

// Turns a switch of a connection on (1) or off (0): SQLite's own call takes a list of arguments, which Swift cannot give.
static inline int registree_sqlite_switch(sqlite3 *connection, int name, int on) {
    return sqlite3_db_config(connection, name, on, (int *)0);
}
