-- The number of the newest applied migration, 0 where there is none: `zoufang migrate` and, at start, `zoufang serve`.
select coalesce(max(number), 0)::int4 as number
from zoufang.migration
