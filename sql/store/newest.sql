-- What this database is on: `zoufang migrate` and, for each connection, `zoufang serve`. The number of the newest applied migration, and that of the
-- newest one that a program must know to serve here; 0 where none was applied.
select coalesce(max(number), 0)::int4 as number,
       coalesce(max(oldest_program), 0)::int4 as oldest_program
from zoufang.migration
