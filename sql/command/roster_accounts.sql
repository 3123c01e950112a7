-- users import: makes the accounts that are not there yet, without a password, and changes those that differ.
insert into account as a (id, username, name, phone, office_id, leader, etag)
select gen_random_uuid(), p.username, p.name, p.phone, p.office_id, p.leader, fresh_etag()
from roster_person p
where p.username in (select c.username from roster_change c where c.kind in ('joins', 'moves', 'name', 'phone', 'leader'))
order by p.username
on conflict (username) do update
  set name = excluded.name,
      phone = excluded.phone,
      office_id = excluded.office_id,
      leader = excluded.leader,
      updated_at = now(),
      etag = next_etag(a.etag, 'roster');
