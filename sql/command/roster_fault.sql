-- users import: every line that is bad, with the column and what is wrong in it ('' where it is the line itself). Lines of one username are
-- one person's.
create temporary table roster_fault on commit drop as
with line as (
  select l.*,
         first_value(l.line) over person as first_line,
         first_value(l.name) over person as first_name,
         first_value(l.office_id) over person as first_office,
         first_value(l.phone) over person as first_phone,
         first_value(l.leader) over person as first_leader,
         max(coalesce(l.ends_on, 'infinity')) over (
           partition by l.username, l.role, l.region_code
           order by coalesce(l.starts_on, '-infinity'), l.line
           rows between unbounded preceding and 1 preceding
         ) > coalesce(l.starts_on, '-infinity') as doubled
  from roster_line l
  window person as (partition by l.username order by l.line)
)
select l.line,
       f.place,
       f.field,
       f.fault
from line l
left join account a on a.username = l.username
left join region r on r.code = l.region_code
cross join lateral (
  values
    (0, '', case
      when not l.whole then 'it has not as many fields as the heading'
      when l.garbled then 'a field holds a line''s end, a tab or another control character'
    end),
    (1, 'office', case
      when l.office is null then 'is missing'
      when l.offices = 0 then format('no open office is called "%s", or is of a region with this code', l.office)
      when l.offices > 1 then format('%s open offices are called "%s": write the code of its region', l.offices, l.office)
      when l.office_id <> l.first_office then format('line %s puts %s into another office', l.first_line, l.username)
    end),
    (2, 'name', case
      when l.name is null then 'is missing'
      when char_length(l.name) > 50 then 'is longer than 50 characters'
      when l.name <> l.first_name then format('%s is %s in line %s: one username for two persons', l.username, l.first_name, l.first_line)
    end),
    (3, 'username', case
      when l.username is null then 'is missing'
      when l.username !~ '^[a-z0-9][a-z0-9._-]{2,63}$' then format('must be 3 to 64 of a-z 0-9 . _ -, not "%s"', l.username)
      when a.disabled_at is not null then format(
        '%s ended on %s: an admin takes that back (UpdateUser), or somebody else needs another username', l.username, local_day(a.disabled_at)
      )
    end),
    (4, 'role', case
      when l.role is null then 'is missing'
      when l.role_number is null then format('must be officer, supervisor or analyst, not "%s"', l.role)
      when l.role_number > 3 then format('%s is given by name (zoufang user grant, or two admins), not by a roster', l.role)
      when l.doubled and l.username is not null then format(
        'line %s gives %s this role for this region and these days',
        (
          select min(o.line)
          from roster_line o
          where o.line <> l.line
            and (o.username, o.role, o.region_code) = (l.username, l.role, l.region_code)
            and coalesce(o.starts_on, '-infinity') < coalesce(l.ends_on, 'infinity')
            and coalesce(l.starts_on, '-infinity') < coalesce(o.ends_on, 'infinity')
        ),
        l.username
      )
    end),
    (5, 'phone', case
      when l.phone !~ '^[0-9+() -]{5,32}$' or length(regexp_replace(l.phone, '\D', '', 'g')) < 5 then format('"%s" is no phone number', l.phone)
      when l.phone is distinct from l.first_phone then format('%s has another phone in line %s', l.username, l.first_line)
    end),
    (6, 'region', case
      when l.region is not null and l.region_code is null then format('there is no region with the code "%s"', l.region)
      when r.successor_code is not null then format('%s %s ended on %s: %s stands for it now', r.code, r.name, r.ended_on, r.current_code)
    end),
    (7, 'from', case when l.starts is not null and l.starts_on is null then format('must be a day as 2026-03-01, not "%s"', l.starts) end),
    (8, 'to', case
      when l.ends is not null and l.ends_on is null then format('must be a day as 2026-03-01, not "%s"', l.ends)
      when l.ends_on <= l.starts_on then format('%s is not after %s, the first day', l.ends_on, l.starts_on)
      when l.ends_on <= local_day(now()) then format('%s is over: leave the line out', l.ends_on)
    end),
    (9, 'leader', case
      when l.leader not in ('yes', 'no') then format('must be yes, no or empty, not "%s"', l.leader)
      when coalesce(l.leader, 'no') <> coalesce(l.first_leader, 'no') then format('line %s says otherwise of %s', l.first_line, l.username)
    end)
) f(place, field, fault)
where f.fault is not null
  and (l.whole and not l.garbled or f.place = 0);
