-- The roles, the schema, and how a statement refuses.
--
-- Three roles: the owner (who runs this: migrations and the command line), `zoufang` (serves; owns nothing, cannot bypass
-- row-level security), and `zoufang_definer` (cannot log in; owns nothing but the functions that may look where the caller may
-- not). The owner needs CREATEROLE, or the two roles made beforehand and membership in zoufang_definer; and, where it is no superuser, SET on
-- the parameters zoufang.figures, zoufang.scope and zoufang.blind, which functions set for themselves.

do $$
begin
  if not exists (select from pg_roles where rolname = 'zoufang') then
    create role zoufang login;
  end if;
  if not exists (select from pg_roles where rolname = 'zoufang_definer') then
    create role zoufang_definer nologin;
  end if;
  if exists (select from pg_roles where rolname in ('zoufang', 'zoufang_definer') and (rolsuper or rolbypassrls)) then
    raise exception 'the roles zoufang and zoufang_definer must neither be superusers nor bypass row-level security';
  end if;
  if not pg_has_role(current_user, 'zoufang_definer', 'member') then
    execute format('grant zoufang_definer to %I', current_user);
  end if;
end
$$;

create schema if not exists zoufang;
grant usage on schema zoufang to zoufang;
grant usage, create on schema zoufang to zoufang_definer;
set local search_path = zoufang;

-- What measured best for the serving role: generic plans (every statement is prepared once and its indexes fit all values), no
-- parallel workers and no compilation for calls of a millisecond.
do $$
declare
  setting text;
begin
  foreach setting in array array[
    'search_path = zoufang',
    'plan_cache_mode = force_generic_plan',
    'random_page_cost = 1.1',
    'max_parallel_workers_per_gather = 0',
    'jit = off',
    'statement_timeout = ''60s''',
    'idle_in_transaction_session_timeout = ''60s'''
  ]
  loop
    execute format('alter role zoufang in database %I set %s', current_database(), setting);
  end loop;
end
$$;

-- Gives the definer functions that were made since to the role that owns nothing else.
create procedure settle_definers()
language plpgsql as $$
declare
  definer regprocedure;
begin
  for definer in
    select p.oid
    from pg_proc p
    where p.pronamespace = 'zoufang'::regnamespace
      and p.prosecdef
      and p.proowner <> 'zoufang_definer'::regrole
  loop
    execute format('alter function %s owner to zoufang_definer', definer);
  end loop;
end
$$;
revoke all on procedure settle_definers from public;

-- Refuses always. `condition` is the reason that the client hears, `field` the path of the field it is about. Conditions
-- without an SQLSTATE of their own are those of a bad field.
create function refuse(condition text, field text default null) returns void
language plpgsql as $$
begin
  raise exception using
    message = condition,
    detail = coalesce(field, ''),
    errcode = case condition
      when 'KEPT' then 'ZF200'
      when 'UNAUTHENTICATED' then 'ZF401'
      when 'FORBIDDEN' then 'ZF403'
      when 'NOT_FOUND' then 'ZF404'
      when 'STALE_ETAG' then 'ZF409'
      when 'ALREADY_EXISTS' then 'ZF410'
      when 'REQUEST_ID_TAKEN' then 'ZF410'
      when 'STEP_OUT_OF_ORDER' then 'ZF412'
      when 'PRECONDITION' then 'ZF412'
      when 'ALREADY_DECIDED' then 'ZF412'
      when 'HELD_BACK' then 'ZF412'
      when 'NOT_DUE' then 'ZF412'
      when 'APPROVAL_EXPIRED' then 'ZF412'
      when 'TOO_MANY' then 'ZF429'
      else 'ZF400'
    end;
end
$$;

-- Refuses unless `ok` is true.
create function refuse_unless(ok boolean, condition text, field text default null) returns void
language plpgsql as $$
begin
  if ok is not true then
    perform refuse(condition, field);
  end if;
end
$$;

-- Whether an update changes `field`: the mask names it or something in it, or everything; without a mask, what was given
-- changes.
create function changes(mask text[], field text, given boolean) returns boolean
language sql immutable parallel safe as $$
  select case
    when cardinality(mask) = 0 then given
    else field = any (mask) or '*' = any (mask) or exists (select from unnest(mask) path where split_part(path, '.', 1) = field)
  end
$$;

-- The hashes that the database itself takes and keeps: SHA-256, with its number in front (crypto_algorithms in server/base/crypto.c), so
-- that another can come beside it. What a seal of the audit holds is named by the seal.
create function named_hash_of(bytes bytea) returns bytea
language sql immutable parallel safe as $$ select '\x02'::bytea || sha256(bytes) $$;

-- An id that follows from a text: the same text, the same id.
create function id_of(text text) returns uuid
language sql stable parallel safe as $$
  select encode(substr(sha256(convert_to(text, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- An etag that nobody can guess, for what is not made by a submission.
create function fresh_etag() returns bytea
language sql volatile as $$ select named_hash_of(convert_to(gen_random_uuid()::text, 'UTF8')) $$;

-- The etag after a change that is not a new submission of the record, as an acceptance. Etags are keyed hashes, so this one
-- cannot be guessed either.
create function next_etag(etag bytea, change text) returns bytea
language sql immutable parallel safe as $$
  select named_hash_of(etag || convert_to(change, 'UTF8'))
$$;

revoke all on all functions in schema zoufang from public;
grant execute on function refuse, refuse_unless, changes, named_hash_of, id_of, fresh_etag, next_etag to zoufang, zoufang_definer;
