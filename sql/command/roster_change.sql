-- users import: all that differs between the roster and the database. Grants of auditors and admins are none of a roster's business, nor do who
-- holds one leave by it. Leavers: accounts in the offices of good lines that no line names, not even a bad one;
-- who answers for open leads or cases stays until they are handed over.
create temporary table roster_change on commit drop as
with
held as (
  select p.username,
         g.id,
         g.role,
         g.region_code,
         local_day(g.starts_at) as starts_on,
         local_day(g.ends_at) as ends_on
  from roster_person p
  join role_grant g on g.user_id = p.account_id
  where g.role <= 3
    and coalesce(g.ends_at, 'infinity') > greatest(now(), g.starts_at + interval '1 microsecond')
),
kept as (
  select h.id,
         l.line
  from held h
  join roster_line l on l.username = h.username
    and l.role_number = h.role
    and l.region_code = h.region_code
    and coalesce(l.starts_on, h.starts_on) = h.starts_on
    and l.ends_on is not distinct from h.ends_on
),
granted as (
  select 'given' as kind, l.username, null::uuid as grant_id, l.role_number as role, l.region_code, l.starts_on, l.ends_on
  from roster_line l
  where l.line not in (select k.line from kept k)
  union all
  select 'ended', h.username, h.id, h.role, h.region_code, h.starts_on, h.ends_on
  from held h
  where h.id not in (select k.id from kept k)
),
leaver as (
  select a.username, a.name, o.name as office, w.told as work
  from account a
  join office o on o.id = a.office_id
  cross join lateral (select open_work_told(a.id) as told) w
  where a.disabled_at is null
    and a.office_id in (select l.office_id from roster_line l)
    and a.username not in (select lower(btrim(r.username, e' \t\u3000')) from roster r where r.username is not null)
    and not exists (select from role_grant g where g.user_id = a.id and g.role > 3 and (g.ends_at is null or g.ends_at > now()))
)
select d.place, d.kind, p.username, d.told, null::uuid as grant_id, null::int2 as role, null::int8 as region_code, null::date as starts_on, null::date as ends_on
from roster_person p
join office o on o.id = p.office_id
left join account a on a.id = p.account_id
left join office b on b.id = a.office_id
cross join lateral (
  values
    (1, 'joins', a.id is null, format('%s, %s', p.name, o.name)),
    (2, 'moves', a.id is not null and a.office_id is distinct from p.office_id, format('from %s to %s', coalesce(b.name, 'no office'), o.name)),
    (3, 'name', a.name <> p.name, format('from %s to %s', a.name, p.name)),
    (4, 'phone', a.id is not null and a.phone is distinct from p.phone, case when p.phone is null then 'none any more' else 'another' end),
    (5, 'leader', coalesce(a.leader, false) <> p.leader, case when p.leader then 'leads his office' else 'no more' end)
) d(place, kind, differs, told)
where d.differs
union all
select case g.kind when 'given' then 6 else 7 end,
       g.kind,
       g.username,
       concat(
         (array['officer', 'supervisor', 'analyst'])[g.role], ' for ', r.code, ' ', r.name, ', from ' || g.starts_on, ', to ' || g.ends_on
       ),
       g.grant_id, g.role, g.region_code, g.starts_on, g.ends_on
from granted g
join region r on r.code = g.region_code
union all
select 8,
       case when v.work = '' then 'leaves' else 'stays' end,
       v.username,
       concat(
         v.name, ', ', v.office,
         '; to be handed over first, ' || nullif(v.work, '')
       ),
       null, null, null, null, null
from leaver v;
