-- users import: what each line means, as far as it can be read. Without a region the role is for that of the office. Lines without anything, as
-- spreadsheets leave them behind the last row, mean nothing.
create temporary table roster_line on commit drop as
with written as (
  select r.line,
         r.whole,
         nullif(btrim(r.office, e' \t\u3000'), '') as office,
         nullif(btrim(r.name, e' \t\u3000'), '') as name,
         nullif(btrim(r.username, e' \t\u3000'), '') as username,
         nullif(btrim(r.role, e' \t\u3000'), '') as role,
         nullif(btrim(r.phone, e' \t\u3000'), '') as phone,
         nullif(btrim(r.region, e' \t\u3000'), '') as region,
         nullif(btrim(r.starts, e' \t\u3000'), '') as starts,
         nullif(btrim(r.ends, e' \t\u3000'), '') as ends,
         nullif(btrim(r.leader, e' \t\u3000'), '') as leader,
         r.phone is not null as tells_phone,
         r.leader is not null as tells_leader
  from roster r
)
select w.*,
       concat(w.office, w.name, w.username, w.role, w.phone, w.region, w.starts, w.ends, w.leader) ~ '[\x01-\x1f\x7f]' as garbled,
       o.offices,
       o.id as office_id,
       array_position(array['officer', 'supervisor', 'analyst', 'auditor', 'admin'], w.role)::int2 as role_number,
       r.code as region_code,
       day_written(w.starts) as starts_on,
       day_written(w.ends) as ends_on
from written w
cross join lateral (
  select count(*) as offices,
         (array_agg(o.id))[1] as id,
         min(o.region_code) as region_code
  from office o
  where o.closed_on is null
    and case when w.office ~ '^\d{12}$' then o.id = office_in(w.office::int8) else o.name = w.office end
) o
left join region r on r.code = case when w.region is null then o.region_code when w.region ~ '^\d{12}$' then w.region::int8 end
where num_nonnulls(w.office, w.name, w.username, w.role, w.phone, w.region, w.starts, w.ends, w.leader) > 0;
