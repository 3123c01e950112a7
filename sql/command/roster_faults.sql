-- users import: the bad lines, as they are told.
select f.line,
       f.field,
       f.fault
from roster_fault f
order by f.line, f.place;
