-- Lists of millions of visits: whatever one filter asks for is found in the order of each way of seeing it. What is common filters inside the way's own
-- index; what is rare, and could be anywhere in it, has an index with its value before the order.
set local search_path = zoufang;

-- The townships of a region, each with the codes of the region. A county's own code counts as one, as its records have it. A way that goes
-- township by township finds each one's newest at once, also where there are none.
create function townships(region_code int8) returns table (township int4, first int8, last int8)
language plpgsql stable rows 10 as $$
begin
  return query
  select distinct (g.code / 1000)::int4, r.first, r.last
  from region r
  join region g on g.code between r.first and r.last
  where r.code = townships.region_code;
end
$$;

-- The caller as a row: a call of me() in a condition is no index condition under a policy.
create function caller() returns table (id uuid, office_id uuid)
language plpgsql stable rows 1 as $$
begin
  return query select me(), my_office();
end
$$;
drop function asked_or_mine;

drop index visit_aside_city, visit_aside_county, visit_aside_township, visit_aside_office;
create index visit_aside_city on visit (city, state, started_at, id) where state <> 1;
create index visit_aside_township on visit (township, state, started_at, id, current_code) where state <> 1;
create index visit_aside_office on visit (office_id, state, started_at, id) where state <> 1;
create index visit_campaign_township on visit (campaign_id, township, started_at, id, current_code) where campaign_id is not null;
create index visit_campaign_office on visit (campaign_id, office_id, started_at, id) where campaign_id is not null;
create index visit_office_township on visit (office_id, township, started_at, id, current_code);

-- Members say of their visit what lists ask, so that it is looked up only where it fits. What is erased is on nobody's list.
truncate visit_member;
alter table visit_member
  drop constraint visit_member_pkey,
  drop constraint visit_member_user_id_fkey,
  drop constraint visit_member_visit_id_fkey,
  add column kind int2 not null,
  add column state int2 not null,
  add column current_code int8 not null,
  add column township int4 not null generated always as ((current_code / 1000)::int4) stored,
  add column office_id uuid,
  add column campaign_id uuid;
drop index visit_member_visit;

create or replace function visit_added() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id)
  select distinct m.user_id, n.started_at, n.id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id
  from new_rows n
  cross join lateral unnest(n.team || n.recorder_id) m(user_id);
  return null;
end
$$;

create or replace function visit_changed() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into visit_version
  select o.*
  from old_rows o
  join new_rows n on n.id = o.id and n.etag <> o.etag and n.erased_at is null
  on conflict do nothing;

  insert into sight_past (kind, record_id, current_code, ways)
  select 1, n.id, n.current_code, array[n.recorder_id]
  from new_rows n
  join old_rows o on o.id = n.id and o.erased_at is null
  where n.erased_at is not null;

  delete from visit_member m
  using old_rows o
  join new_rows n on n.id = o.id
    and (n.started_at, n.team, n.recorder_id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id, n.erased_at)
      is distinct from (o.started_at, o.team, o.recorder_id, o.kind, o.state, o.current_code, o.office_id, o.campaign_id, o.erased_at)
  where m.visit_id = o.id;
  insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id)
  select distinct m.user_id, n.started_at, n.id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id
  from new_rows n
  cross join lateral unnest(n.team || n.recorder_id) m(user_id)
  where n.erased_at is null
  on conflict do nothing;
  return null;
end
$$;

insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id)
select m.user_id, v.started_at, v.id, v.kind, v.state, v.current_code, v.office_id, v.campaign_id
from visit v
cross join lateral (select distinct u.id from unnest(v.team || v.recorder_id) u(id)) m(user_id)
where v.erased_at is null;
alter table visit_member
  add primary key (visit_id, user_id),
  add foreign key (user_id) references account,
  add foreign key (visit_id) references visit on delete cascade;
create index visit_member_order on visit_member (user_id, started_at, visit_id, state, kind, office_id);
create index visit_member_township on visit_member (user_id, township, started_at, visit_id, current_code, state, kind);
create index visit_member_campaign on visit_member (user_id, campaign_id, started_at, visit_id) where campaign_id is not null;
create index visit_member_aside on visit_member (user_id, state, started_at, visit_id) where state <> 1;

-- The newest visits in which the caller and another both took part, at most `most`, that fit the filters (NULL or empty: any), behind a page's end where
-- that is given. As a definer: whether the caller took part is the policy itself. Planned for the two: it goes through those of whom has fewer.
create function visits_together(
  other uuid, within_code int8, campaign_id uuid, kinds int2[], states int2[], started_after timestamptz, started_before timestamptz,
  page_at timestamptz, page_id uuid, most int8
) returns table (id uuid)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  if ways() = '{}' then
    return;
  end if;
  return query execute format($q$
    select m.visit_id
    from visit_member m
    join visit_member o on o.visit_id = m.visit_id and o.started_at = m.started_at
    where m.user_id = %L
      and o.user_id = %L
      and ($1 is null or m.current_code <@ $1)
      and ($2 is null or m.campaign_id = $2)
      and ($3 = '{}' or m.kind = any ($3))
      and ($4 = '{}' or m.state = any ($4))
      and ($5 is null or m.started_at >= $5)
      and ($6 is null or m.started_at < $6)
      and ($7 is null or (m.started_at, m.visit_id) < ($7, $8))
    order by m.started_at desc, m.visit_id desc
    limit $9
  $q$, me(), other)
  using (select w.codes from within(within_code) w where within_code is not null), visits_together.campaign_id, coalesce(kinds, '{}'),
    coalesce(states, '{}'), started_after, started_before, page_at, page_id, most;
end
$$;

call settle_definers();
revoke all on function townships, caller, visits_together from public;
grant execute on function townships, caller, visits_together to zoufang;
