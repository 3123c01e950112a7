-- users import: the file's rows follow, tab-separated.
copy roster (line, whole, office, name, username, role, phone, region, starts, ends, leader) from stdin;
