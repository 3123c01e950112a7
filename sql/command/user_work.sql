-- user disable: what the user ($1) still answers for, and is to be handed over first; no row where that is nothing.
select w.told
from account a
cross join lateral (select open_work_told(a.id) as told) w
where a.username = $1
  and a.disabled_at is null
  and w.told <> '';
