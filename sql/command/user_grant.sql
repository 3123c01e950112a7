-- user add, user grant: gives an account ($1) a role ($2: its number) for a region and its subtree ($3), from a day ($4, or now on) to a day ($5,
-- or open).
insert into role_grant (id, user_id, role, region_code, starts_at, ends_at)
select gen_random_uuid(),
       a.id,
       $2::int2,
       r.code,
       coalesce($4::timestamptz, now()),
       $5::timestamptz
from account a
cross join region r
where a.username = $1
  and r.code = $3::int8
returning id;
