-- WatchLeads: what changed for those who watch.
--
-- A watcher stands somewhere as a pull's cursor does: at a snapshot, with the sight that he had there (scope, ways, blindness).
-- watch_begin tells one watcher everything from there to now; it is who opens a stream, and whose sight changed. All others are
-- told by watch_round, in one query for all of them: what was committed since, and who of them may see it. Both tell a record
-- as it is now: who heard of it already hears it again rather than not at all.
set local search_path = zoufang;

-- Names a sight: who has another one has another mark.
create function sight_mark(scope int8multirange, ways uuid[], blind uuid[]) returns uuid
language sql immutable parallel safe as $$ select id_of(concat_ws('/', scope, ways, blind)) $$;

-- Whether somebody with this sight sees a record of this place, with these people on it.
create function sees(scope int8multirange, ways uuid[], blind uuid[], current_code int8, people uuid[], accused uuid[]) returns boolean
language sql immutable parallel safe as $$
  select (current_code <@ scope or people && ways) and (accused is null or not accused && blind)
$$;

-- Whether somebody with this sight is reminded of it (is_reminded, in 0045) is said as the policy on reminders says it.

-- The codes of a region and its subtree; without a region all, of one that does not exist none.
create function codes_of(region int8) returns int8range
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  if region is null then
    return int8range(null, null);
  end if;
  return coalesce((select int8range(r.first, r.last, '[]') from region r where r.code = region), 'empty');
end
$$;

-- Begins a page of what the caller is to be told from where he stood until now: what changed, came into sight, went out of it, and
-- what he is reminded of. The leads and reminders to be read are picked('leads') and picked('reminders'); they are read under the
-- caller's policies. Without `since` there is nothing to
-- tell: he begins now. `reset`: he cannot go on from where he stood, or too much moved; he begins now, too.
create function watch_begin(
  since text, at int8, sight text, round text, region int8, most int4,
  out next_since text, out next_sight text, out mark uuid, out next_round text, out reset boolean, out epoch text, out removed uuid[]
)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  moved_bound constant int4 := 500; -- more lost or gained than this: rather anew
  oldest constant interval := '60 days'; -- sight_past is kept for longer
  nowhere constant uuid := '00000000-0000-0000-0000-000000000000';
  new_scope constant int8multirange := scope();
  new_ways constant uuid[] := ways();
  new_blind constant uuid[] := blind();
  codes constant int8range := codes_of(region);
  old jsonb := nullif(sight, '')::jsonb;
  old_scope int8multirange;
  old_ways uuid[];
  old_blind uuid[];
  going jsonb := nullif(round, '')::jsonb;
  from_snapshot pg_snapshot;
  until pg_snapshot := pg_current_snapshot();
  ids uuid[];
  reminded uuid[];
  gained uuid[] := '{}';
  last_changed xid8;
  last_id uuid;
  told int8;
begin
  epoch := sync_epoch();
  mark := sight_mark(new_scope, new_ways, new_blind);
  next_sight := jsonb_build_object('epoch', epoch, 'user', me(), 'scope', new_scope::text, 'ways', new_ways::text,
    'blind', new_blind::text)::text;
  next_since := until::text;
  removed := '{}';
  perform set_config('zoufang.pull_leads', '', true), set_config('zoufang.pull_reminders', '', true);
  reset := since <> '' and (
    old ->> 'epoch' is distinct from epoch
    or old ->> 'user' is distinct from me()::text
    or to_timestamp(at) < now() - oldest
  );
  if coalesce(since, '') = '' or reset then
    reset := coalesce(reset, false);
    return;
  end if;
  from_snapshot := since::pg_snapshot;
  old_scope := (old ->> 'scope')::int8multirange;
  old_ways := (old ->> 'ways')::uuid[];
  old_blind := (old ->> 'blind')::uuid[];

  -- A round's first page tells all that was gained and lost. Where sight moves during a round, it begins anew.
  if going is null or going ->> 'mark' <> mark::text then
    going := jsonb_build_object('until', until::text, 'mark', mark);
    ids := array(select sight_lost(from_snapshot, old_scope, old_ways, old_blind, moved_bound + 1));
    if (old_scope, old_ways, old_blind) is distinct from (new_scope, new_ways, new_blind) then
      gained := array(select sight_gained(old_scope, old_ways, old_blind, moved_bound + 1));
    end if;
    reset := cardinality(ids) > moved_bound or cardinality(gained) > moved_bound;
    if reset then
      return;
    end if;
    removed := array(
      select l.id
      from lead l
      where l.id = any (ids)
        and l.current_code <@ codes
      union
      select p.record_id
      from sight_past p
      left join lead l on l.id = p.record_id
      where p.kind = 3
        and p.changed >= pg_snapshot_xmin(from_snapshot)
        and not pg_visible_in_snapshot(p.changed, from_snapshot)
        and p.current_code <@ codes
        and sees(old_scope, old_ways, old_blind, p.current_code, p.ways, p.accused)
        and (p.record_id = any (ids) or not l.current_code <@ codes)
    );
    gained := array(select l.id from lead l where l.id = any (gained) and l.current_code <@ codes);
  end if;
  until := (going ->> 'until')::pg_snapshot;

  with changed as (
    (
      select l.id, l.changed, false as reminds
      from lead l
      where l.changed >= pg_snapshot_xmin(from_snapshot)
        and l.changed < pg_snapshot_xmax(until)
        and not pg_visible_in_snapshot(l.changed, from_snapshot)
        and pg_visible_in_snapshot(l.changed, until)
        and (l.changed, l.id) > (coalesce((going ->> 'changed')::xid8, '0'), coalesce((going ->> 'id')::uuid, nowhere))
        and l.current_code <@ codes
        and sees(new_scope, new_ways, new_blind, l.current_code, array[l.raised_by, l.handler_id, l.office_id, l.offered_to], l.accused)
        and l.erased_at is null
      order by l.changed, l.id
      limit most
    )
    union all
    (
      select r.id, r.changed, true
      from reminder_standing r
      where r.changed >= pg_snapshot_xmin(from_snapshot)
        and r.changed < pg_snapshot_xmax(until)
        and not pg_visible_in_snapshot(r.changed, from_snapshot)
        and pg_visible_in_snapshot(r.changed, until)
        and (r.changed, r.id) > (coalesce((going ->> 'changed')::xid8, '0'), coalesce((going ->> 'id')::uuid, nowhere))
        and (r.current_code is null or r.current_code <@ codes)
        and is_reminded(r, me(), new_scope, new_ways, new_blind)
      order by r.changed, r.id
      limit most
    )
  )
  select array_agg(p.id order by p.changed, p.id) filter (where not p.reminds),
         array_agg(p.id order by p.changed, p.id) filter (where p.reminds),
         count(*),
         max(p.changed),
         (array_agg(p.id order by p.changed desc, p.id desc))[1]
  into ids, reminded, told, last_changed, last_id
  from (select * from changed c order by c.changed, c.id limit most) p;
  gained := array(select g from unnest(gained) g where not g = any (coalesce(ids, '{}')));
  perform
    set_config('zoufang.pull_leads', (gained || coalesce(ids, '{}'))::text, true),
    set_config('zoufang.pull_reminders', coalesce(reminded::text, ''), true);
  if told = most then
    next_round := (going || jsonb_build_object('changed', last_changed::text, 'id', last_id))::text;
  end if;
  next_since := until::text;
end
$$;

-- A page of a round: what was committed since each watcher was told, records and reminders, and which watcher may see it. It applies the whole of
-- sight itself, for nobody calls: the session must be alive, the account enabled, the role held and the sight the marked one; a
-- watcher of whom one of these is not true is told nothing, and named in the first row (see WatchTold). Of one snapshot.
create function watch_round(
  sinces text[], until text, after_changed text, after_id uuid,
  tokens bytea[], marks uuid[], regions int8[], since_places int4[], most int4
)
returns table (
  page_until text, last_changed text, last_id uuid, more boolean, watchers int4[], removed_id uuid,
  id uuid, region_code int8, current_code int8, channel int2, class int2, occurrence int2, domain text, problem_type text, cause text,
  received_at timestamptz, visit_id uuid, amount_fen int8, campaign_id uuid, sweep_round int4, confidential boolean, state int2,
  raised_by uuid, handler_id uuid, office_id uuid, due_at timestamptz, has_reporter boolean, written_at timestamptz, etag bytea,
  reminder_id uuid, reminder_kind int2, record_kind int2, record_id uuid, reminded_at timestamptz, actor_id uuid, note text
)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  nowhere constant uuid := '00000000-0000-0000-0000-000000000000';
  bound constant pg_snapshot := coalesce(until::pg_snapshot, pg_current_snapshot());
  snapshots constant pg_snapshot[] := sinces::pg_snapshot[];
  oldest constant xid8 := (select min(pg_snapshot_xmin(s)) from unnest(snapshots) s);
  place_changed constant xid8 := coalesce(after_changed::xid8, '0');
  place_id constant uuid := coalesce(after_id, nowhere);
begin
  return query
  with watcher as materialized (
    select k.place::int4 as place,
           snapshots[k.since_place] as since,
           codes_of(nullif(k.region, 0)) as codes,
           a.id as who,
           g.scope, i.ways, i.blind
    from unnest(tokens, marks, regions, since_places) with ordinality k(token, mark, region, since_place, place)
    join session s on s.access_hash = k.token and s.revoked_at is null and s.access_expires_at > now()
    join account a on a.id = s.user_id and a.disabled_at is null
    cross join lateral (
      select coalesce(bit_or(1 << o.role), 0) & 6 <> 0 as works,
             coalesce(range_agg(int8range(o.first, o.last, '[]')) filter (where o.role = 2), '{}') as scope
      from role_grant o
      where o.user_id = a.id
        and o.starts_at <= now()
        and (o.ends_at is null or o.ends_at > now())
    ) g
    cross join lateral (
      select array_remove(array[a.id, a.office_id], null) as ways, array_remove(array[a.id, a.office_id], null) as blind
    ) i
    where g.works
      and k.mark = sight_mark(g.scope, i.ways, i.blind)
  ),
  picked as materialized (
    select c.changed, c.id
    from (
      (
        select l.changed, l.id
        from lead l
        where l.changed >= oldest
          and l.changed < pg_snapshot_xmax(bound)
          and pg_visible_in_snapshot(l.changed, bound)
          and exists (select from unnest(snapshots) s where not pg_visible_in_snapshot(l.changed, s))
          and (l.changed, l.id) > (place_changed, place_id)
        order by l.changed, l.id
        limit most
      )
      union
      (
        select p.changed, p.record_id
        from sight_past p
        where p.kind = 3
          and p.changed >= oldest
          and p.changed < pg_snapshot_xmax(bound)
          and pg_visible_in_snapshot(p.changed, bound)
          and exists (select from unnest(snapshots) s where not pg_visible_in_snapshot(p.changed, s))
          and (p.changed, p.record_id) > (place_changed, place_id)
        order by p.changed, p.record_id
        limit most
      )
      union
      (
        select r.changed, r.id
        from reminder r
        where r.changed >= oldest
          and r.changed < pg_snapshot_xmax(bound)
          and pg_visible_in_snapshot(r.changed, bound)
          and exists (select from unnest(snapshots) s where not pg_visible_in_snapshot(r.changed, s))
          and (r.changed, r.id) > (place_changed, place_id)
        order by r.changed, r.id
        limit most
      )
    ) c
    order by c.changed, c.id
    limit most
  ),
  record as materialized (
    select l.*, array[l.raised_by, l.handler_id, l.office_id, l.offered_to] as people
    from lead l
    where l.id in (select p.id from picked p)
      and l.erased_at is null
  ),
  seen as (
    select l.id, array_agg(w.place order by w.place) as places
    from record l
    join watcher w on not pg_visible_in_snapshot(l.changed, w.since)
      and l.current_code <@ w.codes
      and sees(w.scope, w.ways, w.blind, l.current_code, l.people, l.accused)
    group by l.id
  ),
  lost as (
    select p.record_id as id, array_agg(distinct w.place) as places
    from sight_past p
    left join record l on l.id = p.record_id
    join watcher w on not pg_visible_in_snapshot(p.changed, w.since)
      and p.current_code <@ w.codes
      and sees(w.scope, w.ways, w.blind, p.current_code, p.ways, p.accused)
    where p.kind = 3
      and p.record_id in (select k.id from picked k)
      and p.changed >= oldest
      and (l.id is null or not (l.current_code <@ w.codes and sees(w.scope, w.ways, w.blind, l.current_code, l.people, l.accused)))
    group by p.record_id
  ),
  reminding as (
    select r.id, r.kind, r.record_kind, r.record_id, r.at, r.actor_id, r.note, array_agg(w.place order by w.place) as places
    from picked p
    join reminder_standing r on r.id = p.id
    join watcher w on not pg_visible_in_snapshot(r.changed, w.since)
      and (r.current_code is null or r.current_code <@ w.codes)
      and is_reminded(r, w.who, w.scope, w.ways, w.blind)
    group by r.id, r.kind, r.record_kind, r.record_id, r.at, r.actor_id, r.note
  ),
  ended as (
    select array_agg(k.place::int4) as places
    from unnest(tokens) with ordinality k(token, place)
    where not exists (select from watcher w where w.place = k.place)
  )
  select bound::text, p.changed::text, p.id, count.of = most, e.places, null::uuid,
         null::uuid, null::int8, null::int8, null::int2, null::int2, null::int2, null::text, null::text, null::text, null::timestamptz,
         null::uuid, null::int8, null::uuid, null::int4, null::boolean, null::int2, null::uuid, null::uuid, null::uuid,
         null::timestamptz, null::boolean, null::timestamptz, null::bytea,
         null::uuid, null::int2, null::int2, null::uuid, null::timestamptz, null::uuid, null::text
  from ended e
  cross join (select count(*) as of from picked) count
  left join (select changed, id from picked order by changed desc, id desc limit 1) p on true
  union all
  select null, null, null, null, l.places, l.id,
         null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
         null, null,
         null, null, null, null, null, null, null
  from lost l
  union all
  select null, null, null, null, s.places, null,
         l.id, l.region_code, l.current_code, l.channel, l.class, l.occurrence, l.domain, l.problem_type, l.cause, l.received_at,
         l.visit_id, l.amount_fen, l.campaign_id, l.sweep_round, l.confidential, l.state, l.raised_by, l.handler_id, l.office_id,
         l.due_at, l.has_reporter, l.written_at, l.etag,
         null, null, null, null, null, null, null
  from seen s
  join record l on l.id = s.id
  union all
  select null, null, null, null, r.places, null,
         null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
         null, null,
         r.id, r.kind, r.record_kind, r.record_id, r.at, r.actor_id, r.note
  from reminding r;
end
$$;

alter function codes_of owner to zoufang_definer;
alter function watch_begin owner to zoufang_definer;
alter function watch_round owner to zoufang_definer;
revoke all on function sight_mark, sees, codes_of, watch_begin, watch_round from public;
grant execute on function watch_begin, watch_round to zoufang;
grant execute on function sight_mark, sees, sync_epoch, sight_lost, sight_gained to zoufang_definer;
