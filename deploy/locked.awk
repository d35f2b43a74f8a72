# Prints packages of a lock with their hashes: all but those `without`, or those `only`.
BEGIN { split(without only, names, " "); for (i in names) listed[names[i]] = 1 }
/^[A-Za-z0-9]/ { name = $1; sub(/[=\[;].*/, "", name); wanted = (only != "") == (name in listed) }
/^[ \t]*#/ { next }
wanted
