-- The audit proves itself: seals that chain its rows in batches, each signed with a key that is not in the database. What a seal
-- says, and how it is checked, stands in docs/security.md.
set local search_path = zoufang;

-- Without the salt a commitment could be guessed by whoever knows what a row may have said; with it, a row whose content the law
-- demands to be erased leaves nothing behind but its place in the chain.
alter table audit add column salt uuid not null default gen_random_uuid();
alter table audit add column erased boolean not null default false;
comment on column audit.erased is 'What the row said was erased by audit_erase; its commitment still stands in its seal.';

-- What the audit is asked for. All but the record's grow at few places only.
create index audit_at on audit (at, id);
create index audit_actor on audit (actor, id);
create index audit_method on audit (method, id);
create index audit_action on audit (action, id);
create index audit_kind on audit (kind, id);
create index audit_record on audit (record, id);

-- What stands in a seal for a row. By built-in functions alone, and independent of the session's settings.
create function audit_commitment(a audit) returns bytea
language sql stable parallel safe as $$
  select sha256(convert_to(jsonb_build_array(a.salt, a.id, extract(epoch from a.at), a.actor_id, a.actor, a.session_id, a.peer, a.call_id,
    a.method, a.action, a.kind, a.record, encode(a.record_hash, 'hex'), a.result)::text, 'UTF8'))
$$;

-- Actions as the API numbers them.
create function audit_action_number(action text) returns int2
language sql immutable parallel safe as $$
  select array_position(array['created', 'changed', 'removed', 'opened', 'refused'], action)::int2
$$;

create function audit_action_name(number int2) returns text
language sql immutable parallel safe as $$ select (array['created', 'changed', 'removed', 'opened', 'refused'])[number] $$;

-- Between which ids the rows from a time on, and before it, are to be looked for.
create function audit_first_id(at timestamptz) returns int8
language sql stable parallel safe as $$
  select coalesce((
    select a.id from audit a where a.at >= audit_first_id.at - interval '1 minute' order by a.at, a.id limit 1
  ), 9223372036854775807)
$$;

create function audit_last_id(at timestamptz) returns int8
language sql stable parallel safe as $$
  select coalesce((
    select a.id from audit a where a.at < audit_last_id.at + interval '1 minute' order by a.at desc, a.id desc limit 1
  ), 0)
$$;

-- The policies, functions, triggers and grants that stood when seals were made: each object's name and the hash of its definition, in the
-- order of the names' bytes. `hash` is over all of them.
create table audit_schema (
  hash bytea primary key check (octet_length(hash) = 32),
  objects text[] not null,
  definitions bytea[] not null check (cardinality(definitions) = cardinality(objects)),
  noted_at timestamptz not null default now()
);

-- Seals. A seal covers rows by their ids: all that were there and in no seal. `open` are the ids below `last_id` that a transaction
-- still at work may fill; a row that comes under another one was put there behind the server's back.
create table audit_seal (
  number int8 primary key check (number > 0),
  made_at timestamptz not null,
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  ids int8multirange not null,
  open int8multirange not null,
  last_id int8 not null,
  rows int4 not null,
  commitments bytea not null check (octet_length(commitments) = 32 * rows),
  schema_hash bytea not null references audit_schema,
  version int4 not null,
  horizon xid8 not null,
  hash bytea not null check (octet_length(hash) = 32),
  signature bytea not null
);
alter table audit_seal alter column commitments set storage external; -- they do not compress
comment on column audit_seal.version is 'The schema''s version: a higher one than the seal''s before says that the schema was migrated.';
comment on column audit_seal.horizon is 'Transactions before it were begun when the seal was made. Not part of what is signed.';

create trigger audit_seal_is_final before update or delete or truncate on audit_seal for each statement execute function audit_is_final();
create trigger audit_schema_is_final before update or delete or truncate on audit_schema for each statement execute function audit_is_final();

-- The rows whose ids are in these ranges, each range looked up by itself: holes in the numbering, and so ranges, may be thousands.
create function audit_within(ids int8multirange) returns setof audit
language sql stable as $$
  select a.*
  from unnest(ids) r
  cross join lateral (select a.* from audit a where a.id >= lower(r) and a.id < upper(r) offset 0) a
$$;

-- Which ids a seal speaks for: those that were open before it or are above what was sealed then, but for those that it leaves open. All NULL: the
-- first seal has none before it.
create function audit_spoken_for(open_before int8multirange, last_before int8, open int8multirange, last_id int8) returns int8multirange
language sql immutable parallel safe as $$
  select coalesce(open_before, '{}') + int8multirange(int8range(coalesce(last_before, -9223372036854775808), last_id, '(]')) - open
$$;

-- The next seal's rows, at most `most`: those with the lowest ids that no seal covers. One row, also where there is nothing to seal.
create function audit_unsealed(
  most int4,
  out number int8, out previous_hash bytea, out previous_schema bytea, out previous_version int4, out ids int8multirange, out open int8multirange,
  out last_id int8, out rows int4, out commitments bytea, out horizon xid8
)
language sql volatile security definer set search_path = zoufang, pg_temp as $$
  with previous as (
    select s.number, s.hash, s.schema_hash, s.version, s.open, s.last_id
    from audit_seal s
    union all
    select 0, decode(repeat('00', 32), 'hex'), null, null, '{}'::int8multirange, 0
    order by number desc
    limit 1
  ),
  taken as materialized (
    select c.id, c.commitment
    from previous p
    cross join lateral (
      (
        select a.id, audit_commitment(a) as commitment
        from audit_within(p.open) a
        order by a.id
        limit most
      )
      union all
      (
        select a.id, audit_commitment(a)
        from audit a
        where a.id > p.last_id
        order by a.id
        limit most
      )
    ) c
    order by c.id
    limit most
  ),
  batch as (
    select coalesce(range_agg(int8range(t.id, t.id, '[]')), '{}') as ids,
           coalesce(string_agg(t.commitment, '' order by t.id), '') as commitments,
           coalesce(max(t.id), 0) as last_id,
           count(*)::int4 as rows
    from taken t
  ),
  -- An id that was open two minutes ago, and whose transaction must have been one that has ended since, was never used.
  settled as (
    select s.open
    from audit_seal s
    where s.made_at < now() - interval '2 minutes'
      and s.horizon <= pg_snapshot_xmin(pg_current_snapshot())
    order by s.number desc
    limit 1
  )
  select p.number + 1,
         p.hash,
         p.schema_hash,
         p.version,
         b.ids,
         (p.open + int8multirange(int8range(p.last_id + 1, greatest(b.last_id, p.last_id) + 1)))
           - b.ids
           - case when b.rows < most then coalesce((select s.open from settled s), '{}') else '{}' end,
         greatest(b.last_id, p.last_id),
         b.rows,
         b.commitments,
         pg_snapshot_xmax(pg_current_snapshot())
  from previous p, batch b
$$;

-- Notes what a schema consisted of, once.
create function audit_schema_add(hash bytea, objects text[], definitions bytea[]) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into audit_schema (hash, objects, definitions)
  values (audit_schema_add.hash, audit_schema_add.objects, audit_schema_add.definitions)
  on conflict on constraint audit_schema_pkey do nothing;
end
$$;

-- Puts a seal behind the last one.
create function audit_seal_add(
  number int8, made_us int8, previous_hash bytea, ids int8multirange, open int8multirange, last_id int8, rows int4, commitments bytea,
  schema_hash bytea, version int4, horizon xid8, hash bytea, signature bytea
) returns void
language sql security definer set search_path = zoufang, pg_temp as $$
  insert into audit_seal (number, made_at, previous_hash, ids, open, last_id, rows, commitments, schema_hash, version, horizon, hash, signature)
  values (number, 'epoch'::timestamptz + made_us * interval '1 microsecond', previous_hash, ids, open, last_id, rows, commitments, schema_hash,
    version, horizon, hash, signature)
$$;

-- Sessions are told with their hash, also when they are refreshed: one that was planted, or given to another user, has none that fits.
create function session_hash(s session) returns bytea
language sql stable parallel safe as $$
  select named_hash_of(convert_to(jsonb_build_array(s.id, s.user_id, s.device_id, encode(s.access_hash, 'hex'), encode(s.refresh_hash, 'hex'),
    extract(epoch from s.access_expires_at), extract(epoch from s.expires_at), s.revoked_at is null)::text, 'UTF8'))
$$;

create or replace function audit_session() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform audit_write('created', 'session', new.id::text, session_hash(new), 'signed in');
  elsif new.revoked_at is not null and old.revoked_at is null then
    perform audit_write('removed', 'session', new.id::text, session_hash(new),
      case when new.revoked_by is null then 'ended by the server' else 'signed out' end);
  elsif session_hash(new) <> session_hash(old) then
    perform audit_write('changed', 'session', new.id::text, session_hash(new), 'refreshed');
  end if;
  return null;
end
$$;

-- The records that are not as the audit last told: changed, removed, or there without having been told. At most `most` of each kind. The
-- tables are those whose triggers tell of each row; where their key is not unique (terms of several vocabularies), any row of that key
-- and hash will do. Auditors, and the owner.
create function audit_altered(most int4 default null) returns table (kind text, record text, what text, hash bytea)
language plpgsql stable security definer set search_path = zoufang, pg_temp set timezone = 'UTC' as $$
declare
  audited record;
begin
  if not has_role(4) and not pg_has_role(session_user, (select c.relowner from pg_class c where c.oid = 'audit'::regclass), 'member') then
    perform refuse('FORBIDDEN');
  end if;
  for audited in
    select t.tgrelid::regclass as name, g.arguments[1] as kind, g.arguments[2] as key,
           exists (
             select from pg_index i
             join pg_attribute k on k.attrelid = i.indrelid and k.attnum = i.indkey[0]
             where i.indrelid = t.tgrelid and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and k.attname = g.arguments[2]
           ) as is_unique
    from pg_trigger t
    cross join lateral (select string_to_array(encode(t.tgargs, 'escape'), '\000') as arguments) g
    where t.tgname = 'audit_insert'
      and t.tgfoid = 'audit_rows'::regproc
    order by g.arguments[1]
  loop
    return query execute format(
      $told$
        with told as (
          select distinct on (a.record) a.record, a.action, a.record_hash
          from audit a
          where a.kind = %1$L and a.action in ('created', 'changed', 'removed') and a.record is not null and not a.erased
          order by a.record, a.id desc
        ),
        present as (
          select p.data ->> %2$L as record, record_hash(p.data) as hash from (select to_jsonb(t) as data from %3$s t) p
        )
        select %1$L::text, record,
               case when p.hash is null then 'removed' when t.record is null or t.action = 'removed' then 'inserted' else 'changed' end,
               p.hash
        from told t
        full join present p using (record)
        where case
            when p.hash is null then t.action <> 'removed' and %4$L::boolean
            else (t.action <> 'removed' and t.record_hash = p.hash) is not true
              and (%4$L::boolean or not exists (
                select from audit a where a.kind = %1$L and a.record = p.record and a.record_hash = p.hash and a.action <> 'removed'
              ))
          end
        order by record
        limit %5$s
      $told$,
      audited.kind, audited.key, audited.name, audited.is_unique, coalesce(most::text, 'all'));
  end loop;
  return query
    with told as (
      select distinct on (a.record) a.record, a.action, a.record_hash
      from audit a
      where a.kind = 'session' and a.action in ('created', 'changed', 'removed') and not a.erased
      order by a.record, a.id desc
    )
    select 'session', coalesce(t.record, s.id::text),
           case when s.id is null then 'removed' when t.record is null then 'inserted' else 'changed' end,
           session_hash(s)
    from told t
    full join session s on s.id::text = t.record
    where (s.id is not null and t.record_hash = session_hash(s)) is not true
    order by 2
    limit most;
end
$$;

-- Tells anew of records that are as nobody told, because a migration gave their table another shape: a migration that does so ends with it. (Verify
-- before migrating: what was tampered with before is told along.) The owner.
create procedure audit_retell()
language sql as $$
  insert into audit (actor, method, action, kind, record, record_hash, result)
  select audit_actor(), 'migrate', 'changed', r.kind, r.record, r.hash, 'migrated'
  from audit_altered() r
  where r.what <> 'removed'
$$;

-- Erases by law what the audit says of a record, and that a person acted: the rows' commitments stay in their seals. Each erased row is
-- itself told of. Rows that are not sealed yet stay, and those that tell of erasing; of a record that is held back, all. The owner. How many were
-- erased.
create function audit_erase(of_record text) returns int4
language plpgsql as $$
declare
  done int4;
begin
  perform refuse_unless(
    not exists (select from record_place p where p.record_id::text = of_record and is_held(p.record_class, p.record_id)), 'HELD_BACK', 'record'
  );
  perform set_config('zoufang.erasing', 'on', true);
  with erased as (
    update audit a
    set salt = '00000000-0000-0000-0000-000000000000', actor_id = null, actor = '', session_id = null, peer = null, call_id = null,
        record = nullif(a.record, of_record), record_hash = case when a.record <> of_record then a.record_hash end, erased = true
    where (a.record = of_record or a.actor = of_record)
      and a.kind not in ('audit', 'erased')
      and not a.erased
      and exists (select from audit_seal s where a.id <@ s.ids)
    returning a.id
  )
  insert into audit (actor, method, action, kind, record, result)
  select audit_actor(), nullif(current_setting('zoufang.method', true), ''), 'removed', 'audit', e.id::text, 'erased'
  from erased e;
  get diagnostics done = row_count;
  perform set_config('zoufang.erasing', '', true);
  return done;
end
$$;

-- Erases the hashes of these records, which are not kept any more: from them a short text could be guessed. Who did what with them, and when,
-- stays. `staying` are kinds of rows that go by the same ids and stay as they are. Rows that are not sealed yet are erased as well; what was sealed of them in the meantime counts as erased. Within an
-- erasing (0064).
create function audit_erase_hashes(of_records text[], staying text[] default '{}') returns void
language plpgsql as $$
begin
  with erased as (
    update audit a
    set salt = '00000000-0000-0000-0000-000000000000', record_hash = null, erased = true
    where a.record = any (of_records)
      and not a.kind = any (staying)
      and a.record_hash is not null
    returning a.id
  )
  insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, result)
  select me(), audit_actor(), my_session(), nullif(current_setting('zoufang.peer', true), ''),
    nullif(current_setting('zoufang.call', true), ''), nullif(current_setting('zoufang.method', true), ''), 'removed', 'audit', e.id::text, 'erased'
  from erased e;
end
$$;

create or replace function audit_is_final() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_relid = 'zoufang.audit'::regclass and erases() then
    return null;
  end if;
  raise exception 'the audit is append-only' using errcode = '42501';
end
$$;

do $$
declare
  guarded regclass;
  definer regprocedure;
begin
  foreach guarded in array array['audit_seal', 'audit_schema']::regclass[] loop
    execute format('alter table %s enable row level security', guarded);
    execute format('create policy definer on %s to zoufang_definer using (true) with check (true)', guarded);
  end loop;
  -- What audit_altered looks at.
  for guarded in
    select t.tgrelid from pg_trigger t where t.tgname = 'audit_insert' and t.tgfoid = 'zoufang.audit_rows'::regproc
  loop
    execute format('grant select on %s to zoufang_definer', guarded);
    if (select c.relrowsecurity from pg_class c where c.oid = guarded) and not exists (
      select from pg_policy p where p.polrelid = guarded and p.polcmd in ('*', 'r') and 'zoufang_definer'::regrole = any (p.polroles)
    ) then
      execute format('create policy audited on %s for select to zoufang_definer using (true)', guarded);
    end if;
  end loop;
  for definer in
    select p.oid
    from pg_proc p
    where p.pronamespace = 'zoufang'::regnamespace
      and p.proname in ('audit_unsealed', 'audit_schema_add', 'audit_seal_add', 'audit_altered', 'audit_session')
  loop
    execute format('alter function %s owner to zoufang_definer', definer);
    execute format('revoke all on function %s from public', definer);
  end loop;
end
$$;
grant select, insert on audit_seal, audit_schema to zoufang_definer;
revoke all on function audit_commitment, audit_within, audit_spoken_for, session_hash, audit_erase, audit_erase_hashes, audit_is_final, audit_action_number, audit_action_name, audit_first_id,
  audit_last_id from public;
revoke all on procedure audit_retell from public;
grant execute on function audit_commitment, audit_within, session_hash to zoufang_definer;
grant execute on function audit_commitment, audit_within, audit_spoken_for, audit_unsealed, audit_schema_add, audit_seal_add, audit_altered, audit_action_number, audit_action_name,
  audit_first_id, audit_last_id to zoufang;

-- Auditors read the audit, its seals, and what they say of the schema.
create policy read on audit for select to zoufang using ((select has_role(4)));
create policy read on audit_seal for select to zoufang using ((select has_role(4)));
create policy read on audit_schema for select to zoufang using ((select has_role(4)));
grant select on audit, audit_seal, audit_schema to zoufang;

call audit_retell();
