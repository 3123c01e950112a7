-- Pull: what changed for the caller since a cursor.
--
-- A cursor holds a snapshot and the sight of that time (scope, ways, blindness, land). A round tells everything from there to a
-- snapshot taken at its beginning; it may take several pages. Changed: `changed` not visible in the old snapshot and visible in
-- the new. Gained: what the present sight sees and the old one did not, in full. Lost: what the old sight saw and the present
-- one does not. A record that changes again during a round is left to the next one. Where a cursor cannot be trusted (another
-- database, a crash, too old, too much gained or lost) the round is a full one: everything, not bounded by a snapshot, for
-- transaction ids of a restored database say nothing.
set local search_path = zoufang;

-- Wiped by a crash and by a failover: after either, transaction ids may be used again.
create unlogged table sync_marker (
  one boolean primary key default true check (one),
  marker uuid not null default gen_random_uuid()
);
grant select, insert on sync_marker to zoufang_definer;

-- What a cursor must agree with: cluster, timeline, database and marker.
create function sync_epoch() returns text
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  present uuid;
begin
  select marker into present from sync_marker;
  if present is null then
    insert into sync_marker default values on conflict do nothing;
    select marker into present from sync_marker;
  end if;
  return concat_ws('.',
    (select system_identifier from pg_control_system()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    (select oid from pg_database where datname = current_database()),
    present);
end
$$;

-- The land that the caller's grants cover, in any role: he is told its regions, with those above.
create function my_land() returns int8multirange
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return coalesce((
    select range_agg(int8range(g.first, g.last, '[]'))
    from role_grant g
    where g.user_id = me()
      and g.starts_at <= now()
      and (g.ends_at is null or g.ends_at > now())
  ), '{}');
end
$$;

-- Leads that the old sight saw and the present one does not, because the records moved since `since` or because sight did. Ids
-- alone, at most `most`.
create function sight_lost(since pg_snapshot, old_scope int8multirange, old_ways uuid[], old_blind uuid[], most int4)
returns setof uuid
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
declare
  new_scope constant int8multirange := scope();
  new_ways constant uuid[] := ways();
  new_blind constant uuid[] := blind();
begin
  return query
  select distinct c.id
  from (
    select p.record_id
    from sight_past p
    where p.kind = 3
      and p.changed >= pg_snapshot_xmin(since)
      and not pg_visible_in_snapshot(p.changed, since)
      and (p.current_code <@ old_scope or p.ways && old_ways)
      and (p.accused is null or not p.accused && old_blind)
    union all
    select l.id
    from (
      select o.id
      from unnest(old_scope - new_scope) r(codes)
      cross join lateral (select id from lead where current_code >= lower(r.codes) and current_code < upper(r.codes)) o
      union all
      select o.id
      from unnest(old_ways) w(id)
      cross join lateral (
        select id from lead where raised_by = w.id
        union all
        select id from lead where handler_id = w.id
        union all
        select id from lead where office_id = w.id
        union all
        select id from lead where offered_to = w.id
      ) o
      where not w.id = any (new_ways)
      union all
      select o.id
      from lead o
      where o.accused is not null
        and o.accused && array(select unnest(new_blind) except select unnest(old_blind))
    ) m
    join lead l on l.id = m.id
    where (l.current_code <@ old_scope or array[l.raised_by, l.handler_id, l.office_id, l.offered_to] && old_ways)
      and (l.accused is null or not l.accused && old_blind)
  ) c(id)
  where not exists (
    select
    from lead n
    where n.id = c.id
      and n.erased_at is null
      and (n.current_code <@ new_scope or array[n.raised_by, n.handler_id, n.office_id, n.offered_to] && new_ways)
      and (n.accused is null or not n.accused && new_blind)
  )
  order by c.id
  limit most;
end
$$;

-- Leads that the present sight adds to the old one, at most `most`. Ids alone: the rows are read under the caller's policies.
create function sight_gained(old_scope int8multirange, old_ways uuid[], old_blind uuid[], most int4) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
declare
  new_scope constant int8multirange := scope();
  new_ways constant uuid[] := ways();
  new_blind constant uuid[] := blind();
begin
  return query
  select distinct m.id
  from (
    select o.id
    from unnest(new_scope - old_scope) r(codes)
    cross join lateral (select id from lead where current_code >= lower(r.codes) and current_code < upper(r.codes)) o
    union all
    select o.id
    from unnest(new_ways) w(id)
    cross join lateral (
      select id from lead where raised_by = w.id
      union all
      select id from lead where handler_id = w.id
      union all
      select id from lead where office_id = w.id
      union all
      select id from lead where offered_to = w.id
    ) o
    where not w.id = any (old_ways)
    union all
    select o.id
    from lead o
    where o.accused is not null
      and o.accused && array(select unnest(old_blind) except select unnest(new_blind))
  ) m
  join lead l on l.id = m.id
  where l.erased_at is null
    and (l.current_code <@ new_scope or array[l.raised_by, l.handler_id, l.office_id, l.offered_to] && new_ways)
    and (l.accused is null or not l.accused && new_blind)
  order by m.id
  limit most;
end
$$;

-- The caller's photos of leads that he sees no more.
create function photos_of_lost(leads uuid[]) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
begin
  return query select p.id from photo p where p.lead_id = any (leads) and p.recorder_id = me();
end
$$;

-- The caller's visits (1) and photos (2) that were erased since then.
create function records_gone(since pg_snapshot) returns table (kind int2, id uuid)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
begin
  return query
  select p.kind, p.record_id
  from sight_past p
  where p.kind in (1, 2)
    and p.changed >= pg_snapshot_xmin(since)
    and not pg_visible_in_snapshot(p.changed, since)
    and me() = any (p.ways);
end
$$;

-- A full round's next leads in the order of receipt, after a place, each way of seeing them giving its own first.
create function pull_all_leads(after_at timestamptz, after_id uuid, most int4) returns table (id uuid, received_at timestamptz)
language plpgsql stable rows 100 as $$
#variable_conflict use_column
begin
  return query
  select distinct on (w.received_at, w.id) w.id, w.received_at
  from (
    select b.id, b.received_at
    from scopes() s
    cross join lateral (
      (
        select l.id, l.received_at
        from lead l
        where s.level = 2 and l.city = s.city and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where s.level = 3 and l.county = s.county and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where s.level = 4 and l.township = s.township and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where s.level = 5 and l.current_code = s.code and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
    ) b
    union all
    select b.id, b.received_at
    from unnest(ways()) way(id)
    cross join lateral (
      (
        select l.id, l.received_at
        from lead l
        where l.raised_by = way.id and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where l.handler_id = way.id and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where l.office_id = way.id and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
      union all
      (
        select l.id, l.received_at
        from lead l
        where l.offered_to = way.id and (l.received_at, l.id) > (after_at, after_id)
        order by l.received_at, l.id
        limit most
      )
    ) b
  ) w
  order by w.received_at, w.id
  limit most;
end
$$;

-- What was picked for this page, by pull_begin.
create function picked(section text) returns uuid[]
language sql stable as $$ select nullif(current_setting('zoufang.pull_' || section, true), '')::uuid[] $$;

create function picked_regions() returns int8[]
language sql stable as $$ select nullif(current_setting('zoufang.pull_regions', true), '')::int8[] $$;

-- His visits and photos that are gone, where this page tells of them.
create function picked_gone() returns table (kind int2, id uuid)
language sql stable rows 10 as $$
  select g.kind, g.id from records_gone(nullif(current_setting('zoufang.pull_gone_since', true), '')::pg_snapshot) g
$$;

-- Whether terms are told on this page, and from which transaction on: NULL where they are not.
create function picked_terms_from() returns xid8
language sql stable as $$ select nullif(current_setting('zoufang.pull_terms_from', true), '')::xid8 $$;

-- Begins a page: reads the cursor's state, picks at most `most` records of each kind, and says the next state, whether there is
-- more, and whether the client must drop what it pulled before. State is what this function wrote earlier; the server has
-- authenticated it.
--
-- state: epoch, user, at; since, scope, ways, blind, land: where the last round ended (absent before the first full one ends);
-- round: until, scope, ways, blind, land, and the places that its pages reached (absent between rounds).
create function pull_begin(state text, most int4, out next_state text, out more boolean, out reset boolean)
language plpgsql as $$
declare
  past_bound constant int4 := 2000; -- more lost or gained than this: rather anew
  oldest constant interval := '60 days'; -- sight_past is kept for longer
  nowhere constant uuid := '00000000-0000-0000-0000-000000000000';
  caller constant uuid := me(); -- a variable, for a call is no index condition under a policy
  epoch constant text := sync_epoch();
  sight constant jsonb := jsonb_build_object('scope', scope()::text, 'ways', ways()::text, 'blind', blind()::text, 'land', my_land()::text);
  base jsonb := coalesce(nullif(state, ''), '{}')::jsonb;
  round jsonb;
  since pg_snapshot;
  since_from xid8;
  until pg_snapshot;
  land int8multirange;
  land_since xid8;
  lost uuid[] := '{}';
  gained uuid[] := '{}';
  ids uuid[];
  codes int8[];
  last_changed xid8;
  last_id uuid;
  last_at timestamptz;
  last_code int8;
begin
  reset := base <> '{}' and (
    base ->> 'epoch' is distinct from epoch
    or base ->> 'user' is distinct from caller::text
    or (base ->> 'at')::timestamptz < now() - oldest
  );
  -- A full round cannot go on where sight moved: what it told already may be out of sight.
  reset := reset or base ? 'round' and not base ? 'since' and base -> 'round' -> 'sight' <> sight;
  if not reset and base ? 'since' then
    since := (base ->> 'since')::pg_snapshot;
    lost := array(
      select sight_lost(since, (base ->> 'scope')::int8multirange, (base ->> 'ways')::uuid[], (base ->> 'blind')::uuid[], past_bound + 1)
    );
    if base - '{epoch,user,at,since,round,land}'::text[] <> sight - 'land' then
      gained := array(
        select sight_gained((base ->> 'scope')::int8multirange, (base ->> 'ways')::uuid[], (base ->> 'blind')::uuid[], past_bound + 1)
      );
    end if;
    reset := cardinality(lost) > past_bound or cardinality(gained) > past_bound;
  end if;
  if reset then
    base := '{}';
    since := null;
    lost := '{}';
    gained := '{}';
  end if;

  round := base -> 'round';
  if round is null or round -> 'sight' <> sight then
    round := jsonb_build_object('until', pg_current_snapshot()::text, 'sight', sight);
  end if;
  until := (round ->> 'until')::pg_snapshot;
  since_from := coalesce(pg_snapshot_xmin(since), '0'::xid8);
  more := false;

  -- His visits.
  select array_agg(p.id order by p.changed, p.id), max(p.changed)
  into ids, last_changed
  from (
    select v.id, v.changed
    from visit v
    where v.recorder_id = caller
      and v.changed >= since_from
      and (since is null or not pg_visible_in_snapshot(v.changed, since) and pg_visible_in_snapshot(v.changed, until))
      and (v.changed, v.id) > (coalesce((round ->> 'visits_changed')::xid8, '0'), coalesce((round ->> 'visits_id')::uuid, nowhere))
    order by v.changed, v.id
    limit most
  ) p;
  perform set_config('zoufang.pull_visits', coalesce(ids::text, ''), true);
  if ids is not null then
    round := round || jsonb_build_object('visits_changed', last_changed::text, 'visits_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;

  -- His photos.
  select array_agg(p.id order by p.changed, p.id), max(p.changed)
  into ids, last_changed
  from (
    select f.id, f.changed
    from photo f
    where f.recorder_id = caller
      and f.changed >= since_from
      and (since is null or not pg_visible_in_snapshot(f.changed, since) and pg_visible_in_snapshot(f.changed, until))
      and (f.changed, f.id) > (coalesce((round ->> 'photos_changed')::xid8, '0'), coalesce((round ->> 'photos_id')::uuid, nowhere))
    order by f.changed, f.id
    limit most
  ) p;
  perform set_config('zoufang.pull_photos', coalesce(ids::text, ''), true);
  if ids is not null then
    round := round || jsonb_build_object('photos_changed', last_changed::text, 'photos_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;

  -- Leads: all of them by receipt, or those that changed.
  if since is null then
    select array_agg(p.id order by p.received_at, p.id), max(p.received_at)
    into ids, last_at
    from pull_all_leads(
      coalesce((round ->> 'leads_at')::timestamptz, '-infinity'), coalesce((round ->> 'leads_id')::uuid, nowhere), most
    ) p;
    if ids is not null then
      round := round || jsonb_build_object('leads_at', to_char(last_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00'));
    end if;
  else
    select array_agg(p.id order by p.changed, p.id), max(p.changed)
    into ids, last_changed
    from (
      select l.id, l.changed
      from lead l
      where l.changed >= since_from
        and l.changed < pg_snapshot_xmax(until)
        and not pg_visible_in_snapshot(l.changed, since)
        and pg_visible_in_snapshot(l.changed, until)
        and (l.changed, l.id) > (coalesce((round ->> 'leads_changed')::xid8, '0'), coalesce((round ->> 'leads_id')::uuid, nowhere))
      order by l.changed, l.id
      limit most
    ) p;
    if ids is not null then
      round := round || jsonb_build_object('leads_changed', last_changed::text);
    end if;
  end if;
  if ids is not null then
    round := round || jsonb_build_object('leads_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;
  perform set_config('zoufang.pull_leads', coalesce(ids::text, ''), true);

  -- Gained and lost, by id.
  ids := array(select g from unnest(gained) g where g > coalesce((round ->> 'gained_id')::uuid, nowhere) order by g limit most);
  perform set_config('zoufang.pull_gained', ids::text, true);
  if ids <> '{}' then
    round := round || jsonb_build_object('gained_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;
  ids := array(select g from unnest(lost) g where g > coalesce((round ->> 'lost_id')::uuid, nowhere) order by g limit most);
  perform set_config('zoufang.pull_lost', ids::text, true);
  if ids <> '{}' then
    round := round || jsonb_build_object('lost_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;

  -- His visits and photos that are gone are few: all of them, on a round's first page.
  perform set_config('zoufang.pull_gone_since', case when since is not null and not round ? 'begun' then since::text else '' end, true);

  -- Terms are few: all that changed, on a round's first page.
  perform set_config('zoufang.pull_terms_from', case when round ? 'begun' then '' else since_from::text end, true);

  -- Reminders, on a round's first page: those of the round; where sight moved, all.
  perform
    set_config('zoufang.pull_reminders_asked', case when round ? 'begun' then '' else 'on' end, true),
    set_config('zoufang.pull_reminders_since', case when gained = '{}' then coalesce(since::text, '') else '' end, true),
    set_config('zoufang.pull_reminders_until', until::text, true);

  -- Offices.
  select array_agg(p.id order by p.changed, p.id), max(p.changed)
  into ids, last_changed
  from (
    select o.id, o.changed
    from office o
    where o.changed >= since_from
      and (since is null or not pg_visible_in_snapshot(o.changed, since))
      and (o.changed, o.id) > (coalesce((round ->> 'offices_changed')::xid8, '0'), coalesce((round ->> 'offices_id')::uuid, nowhere))
    order by o.changed, o.id
    limit most
  ) p;
  perform set_config('zoufang.pull_offices', coalesce(ids::text, ''), true);
  if ids is not null then
    round := round || jsonb_build_object('offices_changed', last_changed::text, 'offices_id', ids[cardinality(ids)]);
    more := more or cardinality(ids) = most;
  end if;

  -- Regions of his land, by code; where his land changed, all of it.
  land := (sight ->> 'land')::int8multirange;
  land_since := case when base ->> 'land' = sight ->> 'land' then since_from else '0' end;
  select array_agg(p.code order by p.code)
  into codes
  from (
    select distinct r.code
    from unnest(land) l(codes)
    cross join lateral (
      (
        select g.code
        from region g
        where g.code >= lower(l.codes)
          and g.code < upper(l.codes)
          and g.code > coalesce((round ->> 'regions_code')::int8, 0)
          and (land_since = '0' or g.changed >= land_since and not pg_visible_in_snapshot(g.changed, since))
        order by g.code
        limit most
      )
      union all
      select g.code
      from unnest(array[10000000000, 100000000, 1000000, 1000]) w(width)
      join region g on g.code = lower(l.codes) / w.width * w.width
      where g.code > coalesce((round ->> 'regions_code')::int8, 0)
        and (land_since = '0' or g.changed >= land_since and not pg_visible_in_snapshot(g.changed, since))
    ) r
    order by r.code
    limit most
  ) p;
  perform set_config('zoufang.pull_regions', coalesce(codes::text, ''), true);
  if codes is not null then
    round := round || jsonb_build_object('regions_code', codes[cardinality(codes)]);
    more := more or cardinality(codes) = most;
  end if;

  base := base || jsonb_build_object('epoch', epoch, 'user', caller, 'at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'));
  if more then
    next_state := base || jsonb_build_object('round', round || '{"begun": true}');
  else
    next_state := base - 'round' || sight || jsonb_build_object('since', until::text);
  end if;
end
$$;

-- Forgets what is kept for a time only. The server runs it now and then; it says how many rows went.
create function forget_old(out forgotten int8)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  went int8;
begin
  delete from request_claim where claimed_at < now() - interval '7 days';
  get diagnostics forgotten = row_count;
  delete from sight_past where kept_at < now() - interval '90 days';
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  delete from session_past where replaced_at < now() - interval '200 days';
  get diagnostics went = row_count;
  forgotten := forgotten + went;
end
$$;

call settle_definers();
revoke all on function sync_epoch, my_land, sight_lost, sight_gained, photos_of_lost, records_gone, picked_gone, pull_all_leads, picked, picked_regions,
  picked_terms_from, pull_begin, forget_old from public;
grant execute on function sync_epoch, my_land, sight_lost, sight_gained, photos_of_lost, records_gone, picked_gone, pull_all_leads, picked, picked_regions,
  picked_terms_from, pull_begin, forget_old to zoufang;
