-- user add, user password: sets the password's hash ($2) of an account ($1) and ends its sessions.
with ended as (
  update session s
  set revoked_at = now()
  from account a
  where a.username = $1
    and s.user_id = a.id
    and s.revoked_at is null
)
insert into account_password (user_id, hash)
select a.id, $2
from account a
where a.username = $1
on conflict (user_id) do update set hash = excluded.hash, changed_at = now();
