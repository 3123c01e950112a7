-- What the SQL tests say and how it is tried: an expectation is a row, tried in a transaction that is rolled back.
--
-- An expectation's statement runs as the serving role, after begin_call for `caller` (NULL: without begin_call). `given` is done before
-- by the database's owner, `acting` by the caller. Topics that look at the database from outside (constraints, audit) run the statement
-- as its owner. What a query gives is its only column's values in order, or "nothing"; what a change gives is "2 rows", or why it was
-- refused: "denied", "check", "unique", "foreign key", "not null", or the reason of a refusal.
create schema test;
set search_path = test, zoufang;

create table test.expectation (
  id int4 generated always as identity primary key,
  topic text not null,
  sentence text not null unique,
  caller text,
  method text not null default 'LeadService/GetLead',
  given text,
  acting text,
  statement text not null,
  expected text not null
);

create table test.named (
  id uuid primary key,
  name text not null
);

-- What the serving role may do to tables and call of definer functions, for the catalog's expectations.
create table test.allowed (
  privilege text not null check (privilege in ('writes whole', 'writes in part', 'reads nothing', 'calls')),
  name text not null,
  primary key (privilege, name)
);

-- What there is beyond what is allowed, with a plus, and what is allowed and not there, with a minus.
create function test.difference(privilege text, there text[]) returns setof text
language sql stable as $$
  select case when a.name is null then '+' || t.name else '-' || a.name end
  from unnest(there) t(name)
  full join (select o.name from test.allowed o where o.privilege = difference.privilege) a on a.name = t.name
  where a.name is null
     or t.name is null
$$;

create function test.id(name text) returns uuid
language sql immutable as $$ select md5(name)::uuid $$;

create function test.name(id uuid) returns text
language sql stable as $$ select n.name from test.named n where n.id = name.id $$;

create function test.token(username text) returns bytea
language sql immutable as $$ select zoufang.named_hash_of(convert_to('token of ' || username, 'UTF8')) $$;

-- What running the statement gives, in words.
create function test.outcome(statement text) returns text
language plpgsql as $$
declare
  result text;
  changed int8;
begin
  if statement ~* '^\s*select' then
    execute format($q$ select coalesce(string_agg(q.x::text, ' ' order by q.x::text), 'nothing') from (%s) q(x) $q$, statement)
    into result;
    return result;
  end if;
  execute statement;
  get diagnostics changed = row_count;
  return changed || ' rows';
end
$$;

create function test.fault(state text, message text) returns text
language sql immutable as $$
  select case
    when state = '42501' then 'denied'
    when state = '23514' then 'check'
    when state = '23505' then 'unique'
    when state = '23503' then 'foreign key'
    when state = '23502' then 'not null'
    when state like 'ZF%' then message
    else concat_ws(' ', state, message)
  end
$$;

-- Tries one expectation; what it does is undone. The caller's role and settings end with it.
create function test.attempt(e test.expectation) returns text
language plpgsql as $$
declare
  result text;
  state text;
begin
  perform set_config('search_path', 'zoufang', true);
  if e.given is not null then
    execute e.given;
  end if;
  if e.topic <> 'constraints' then
    perform set_config('role', 'zoufang', true);
  end if;
  if e.caller is not null then
    perform zoufang.begin_call(test.token(e.caller), 0, false, 60000, e.method, null, '192.0.2.1');
  end if;
  if e.acting is not null then
    execute e.acting;
  end if;
  if e.topic = 'audit' then
    perform set_config('role', 'none', true);
  end if;
  result := test.outcome(e.statement);
  raise exception using errcode = 'ZT000', message = result;
exception
  when sqlstate 'ZT000' then
    return result;
  when others then
    get stacked diagnostics state = returned_sqlstate, result = message_text;
    return test.fault(state, result);
end
$$;

-- Tries all expectations of a topic and tells of each.
create function test.report(of_topic text) returns setof text
language plpgsql as $$
declare
  e test.expectation;
  result text;
begin
  for e in select * from test.expectation o where o.topic = of_topic order by o.id loop
    result := test.attempt(e);
    if result = e.expected then
      return next '  ok    ' || e.sentence;
    else
      return next concat_ws(e'\n', '  FAIL  ' || e.sentence, '        expected: ' || e.expected, '        got:      ' || result);
    end if;
  end loop;
end
$$;

-- The first expectation that does not hold any more, those of `likely_topic` and those that speak of `subject` first; NULL where all hold.
create function test.first_broken(subject text, likely_topic text) returns text
language plpgsql as $$
declare
  e test.expectation;
begin
  for e in
    select *
    from test.expectation o
    order by strpos(concat_ws(' ', o.statement, o.acting, o.given), subject) = 0, o.topic <> likely_topic, o.id
  loop
    if test.attempt(e) <> e.expected then
      return e.sentence;
    end if;
  end loop;
  return null;
end
$$;

grant usage on schema test to zoufang;
grant select on test.named, test.allowed to zoufang;
