-- The audit: append-only rows in the transaction of the act; a refusal in one of its own.
set local search_path = zoufang;

create table audit (
  id int8 generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor_id uuid,
  actor text not null,
  session_id uuid,
  peer text,
  call_id text,
  method text,
  action text not null check (action in ('created', 'changed', 'removed', 'opened', 'refused')),
  kind text not null,
  record text,
  record_hash bytea,
  result text not null
);
comment on column audit.actor is 'The account''s id in text, or the name of the database or system user where no account acts.';
comment on column audit.record_hash is 'record_hash of the row after the act: a row altered behind the server''s back no longer fits.';

-- Whether this transaction erases what must not be kept. What is append-only lets go of rows then, to those who may remove any; no grant is given by it.
create function erases() returns boolean
language sql stable parallel safe as $$ select coalesce(current_setting('zoufang.erasing', true) = 'on', false) $$;

create function audit_is_final() returns trigger
language plpgsql as $$
begin
  raise exception 'the audit is append-only' using errcode = '42501';
end
$$;
create trigger audit_is_final before update or delete or truncate on audit for each statement execute function audit_is_final();

-- The hash of a row, without what imports and reading order alone write in it, and without what is NULL: a column that a migration adds leaves the
-- hashes of the rows that are there. Stable, as convert_to is: so it is inlined.
create function record_hash(row_data jsonb) returns bytea
language sql stable parallel safe as $$
  select named_hash_of(
    convert_to(jsonb_strip_nulls(row_data - '{changed,current_code,city,county,township,first,last,level,land}'::text[])::text, 'UTF8')
  )
$$;

create function audit_actor() returns text
language sql stable as $$
  select coalesce(me()::text, nullif(current_setting('zoufang.operator', true), ''), session_user::text)
$$;

-- Writes one row for the caller. For the functions below; nobody else may call it.
create function audit_write(action text, kind text, record text, hash bytea, result text) returns void
language sql as $$
  insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, record_hash, result)
  values (me(), audit_actor(), my_session(), nullif(current_setting('zoufang.peer', true), ''),
    nullif(current_setting('zoufang.call', true), ''), nullif(current_setting('zoufang.method', true), ''),
    action, kind, record, hash, result)
$$;

-- What every audited table does after a statement: one row a record that is not what it was. Arguments: the record's kind and
-- the column that names it. Hashes are taken in UTC, so that they do not depend on who writes. `materialized`: each row becomes JSON
-- once, however often that is asked.
create function audit_rows() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp set timezone = 'UTC' as $$
declare
  key constant text := tg_argv[1];
begin
  if tg_op = 'INSERT' then
    with written as materialized (
      select to_jsonb(n) as data from new_rows n
    )
    insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, record_hash, result)
    select me(), audit_actor(), my_session(), nullif(current_setting('zoufang.peer', true), ''),
      nullif(current_setting('zoufang.call', true), ''), nullif(current_setting('zoufang.method', true), ''),
      'created', tg_argv[0], r.data ->> key, record_hash(r.data), 'done'
    from written r;
  elsif tg_op = 'UPDATE' then
    with written as materialized (
      select to_jsonb(n) as data from new_rows n
    ),
    replaced as materialized (
      select to_jsonb(o) as data from old_rows o
    )
    insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, record_hash, result)
    select me(), audit_actor(), my_session(), nullif(current_setting('zoufang.peer', true), ''),
      nullif(current_setting('zoufang.call', true), ''), nullif(current_setting('zoufang.method', true), ''),
      'changed', tg_argv[0], n.data ->> key, record_hash(n.data), 'done'
    from written n
    left join replaced o on o.data ->> key = n.data ->> key
    where o.data is null
       or record_hash(o.data) <> record_hash(n.data);
  else
    with removed as materialized (
      select to_jsonb(o) as data from old_rows o
    )
    insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, record_hash, result)
    select me(), audit_actor(), my_session(), nullif(current_setting('zoufang.peer', true), ''),
      nullif(current_setting('zoufang.call', true), ''), nullif(current_setting('zoufang.method', true), ''),
      'removed', tg_argv[0], o.data ->> key, case when not erases() then record_hash(o.data) end, 'done'
    from removed o;
  end if;
  return null;
end
$$;

-- The same for tables that are imported in bulk: one row a statement, with the number of records.
create function audit_bulk() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  records int8;
begin
  if tg_op = 'DELETE' then
    select count(*) into records from old_rows;
  else
    select count(*) into records from new_rows;
  end if;
  if records > 0 then
    perform audit_write(
      case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'removed' end,
      tg_argv[0], null, null, records || ' records'
    );
  end if;
  return null;
end
$$;

-- Signing in, and out; not the refreshing in between.
create function audit_session() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform audit_write('created', 'session', new.id::text, null, 'signed in');
  elsif new.revoked_at is not null and old.revoked_at is null then
    perform audit_write('removed', 'session', new.id::text, null,
      case when new.revoked_by is null then 'ended by the server' else 'signed out' end);
  end if;
  return null;
end
$$;
create trigger audit_session after insert or update on session for each row execute function audit_session();

-- Has every insert, update and delete on `audited` written to the audit by `writer`.
create procedure audit_table(audited regclass, kind text, key text default 'id', writer regproc default 'audit_rows')
language plpgsql as $$
begin
  execute format('create trigger audit_insert after insert on %s referencing new table as new_rows
    for each statement execute function %s(%L, %L)', audited, writer, kind, key);
  execute format('create trigger audit_update after update on %s referencing old table as old_rows new table as new_rows
    for each statement execute function %s(%L, %L)', audited, writer, kind, key);
  execute format('create trigger audit_delete after delete on %s referencing old table as old_rows
    for each statement execute function %s(%L, %L)', audited, writer, kind, key);
end
$$;

call audit_table('region', 'region', 'code', 'audit_bulk');
call audit_table('office', 'office');
call audit_table('account', 'user');
call audit_table('account_password', 'password', 'user_id');
call audit_table('role_grant', 'grant');
call audit_table('term', 'term', 'code');

-- The server writes a refusal of identity, role or sight here, in a transaction of its own after the refused call: a row for each of `records`,
-- the ids that were asked for or named, one without where there is none. Who asks is known by his session, also by one that is over.
create function audit_refusal(
  token_hash bytea, method text, call_id uuid, code int4, reason text, peer text, records text[] default '{}'
) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  asker uuid;
  asked_by uuid;
begin
  select s.user_id, s.id into asker, asked_by from session s where s.access_hash = token_hash;
  insert into audit (actor_id, actor, session_id, peer, call_id, method, action, kind, record, result)
  select asker, coalesce(asker::text, 'unknown'), asked_by, nullif(peer, ''), call_id::text, method, 'refused', 'call', asked.record,
         concat_ws(' ', code, reason)
  from (select) one
  left join unnest(records) asked(record) on true;
end
$$;

-- Refused items of a call that goes on, as a push: in the call's own transaction. Each of `records` is of the kind at its place; NULLs are
-- passed over.
create function audit_refused(kinds text[], records uuid[], reason text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform audit_write('refused', r.kind, r.record::text, null, reason)
  from unnest(kinds, records) r(kind, record)
  where r.record is not null;
end
$$;

-- A read that is itself audited.
create function audit_read(kind text, record uuid) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform audit_write('opened', kind, record::text, null, 'done');
end
$$;

grant execute on function erases, audit_actor, audit_write, record_hash to zoufang_definer;
grant select, insert on audit to zoufang_definer;
call settle_definers();
revoke all on function erases, audit_is_final, record_hash, audit_actor, audit_write, audit_rows, audit_bulk, audit_session, audit_refusal,
  audit_refused, audit_read from public;
revoke all on procedure audit_table from public;
grant execute on function erases, audit_refusal, audit_refused, audit_read to zoufang;
grant execute on function audit_actor, audit_write, record_hash to zoufang_definer;
