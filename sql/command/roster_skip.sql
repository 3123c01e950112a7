-- users import: leaves bad lines out, with all other lines of the same person: of half of what he is to have the other half would be taken.
delete from roster_line l
where l.line in (select f.line from roster_fault f)
   or l.username in (select b.username from roster_line b join roster_fault f on f.line = b.line);
