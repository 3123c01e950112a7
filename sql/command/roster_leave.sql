-- users import --leavers: ends the accounts of leavers, as user disable does.
update account a
set disabled_at = now(),
    updated_at = now(),
    etag = next_etag(a.etag, 'disabled')
from roster_change c
where c.kind = 'leaves'
  and a.username = c.username;
