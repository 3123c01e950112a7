-- regions import: the file's rows follow, tab-separated.
copy incoming (line, code, parent_code, level, name, tells_ends, successor_code, ended_on) from stdin;
