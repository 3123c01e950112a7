-- The guards, each with a statement that takes it away or weakens it, and whether any expectation notices. Each is tried in a transaction
-- that is rolled back.
set search_path = test, zoufang;

-- What does not hold before anything is weakened notices nothing.
with broken as (
  delete from expectation e
  where test.attempt(e) <> e.expected
  returning e.sentence
)
select format('  FAIL  with nothing weakened this fails already: %s', b.sentence)
from broken b;

create table test.weakening (
  id int4 generated always as identity primary key,
  sentence text not null,
  subject text not null,
  statement text not null,
  likely_topic text not null default 'reading'
);

-- Policies: gone, and open to all.
insert into weakening (sentence, subject, statement)
select format('without policy %s on %s', p.policyname, p.tablename), p.tablename, format('drop policy %I on %I', p.policyname, p.tablename)
from pg_policies p
where p.schemaname = 'zoufang'
order by p.tablename, p.policyname;

insert into weakening (sentence, subject, statement)
select format('with policy %s on %s open', p.policyname, p.tablename),
       p.tablename,
       format('alter policy %I on %I %s %s', p.policyname, p.tablename,
         case when p.qual is not null then 'using (true)' end,
         case when p.with_check is not null then 'with check (true)' end)
from pg_policies p
where p.schemaname = 'zoufang'
  and (p.qual <> 'true' or p.with_check <> 'true')
order by p.tablename, p.policyname;

-- Where a policy says both, each half alone.
insert into weakening (sentence, subject, statement)
select format('with policy %s on %s checking nothing', p.policyname, p.tablename), p.tablename,
       format('alter policy %I on %I with check (true)', p.policyname, p.tablename)
from pg_policies p
where p.schemaname = 'zoufang'
  and p.qual <> 'true'
  and p.with_check <> 'true'
order by p.tablename, p.policyname;

-- Each condition of the policies on case data that could be forgotten or turned into true.
insert into weakening (sentence, subject, statement)
select format('with policy %s on %s and %s taken for %s', p.policyname, p.tablename, c.what, c.instead),
       p.tablename,
       format('alter policy %I on %I using (%s)', p.policyname, p.tablename, replace(p.qual, c.condition, c.instead))
from pg_policies p
cross join (
  values
    ('the scope', '(current_code <@ ( SELECT scope() AS scope))', 'false'),
    ('the recorder', '(recorder_id = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('the team', '(team && ( SELECT ways() AS ways))', 'false'),
    ('who raised it', '(raised_by = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('the handler', '(handler_id = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('the office', '(office_id = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('to whom it is offered', '(offered_to = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('the office of what nobody handles', '((handler_id IS NULL) AND (office_id = ( SELECT my_office() AS my_office)))', 'false'),
    ('the recorder himself', '(recorder_id = ( SELECT me() AS me))', 'false'),
    ('the handler himself', '(handler_id = ( SELECT me() AS me))', 'false'),
    ('who raised it himself', '(raised_by = ( SELECT me() AS me))', 'false'),
    ('who filed it', '(filed_by = ANY (( SELECT ways() AS ways)::uuid[]))', 'false'),
    ('those complained of', '((accused IS NULL) OR (NOT (accused && ( SELECT blind() AS blind))))', 'true'),
    ('what is erased', '(erased_at IS NULL)', 'true'),
    ('the transaction''s own', '(changed = pg_current_xact_id_if_assigned())', 'false')
) c(what, condition, instead)
where p.schemaname = 'zoufang'
  and p.tablename in ('visit', 'lead', 'case_file')
  and p.qual like '%' || replace(c.condition, '_', '\_') || '%'
order by p.tablename, p.policyname, c.what;

-- Row-level security itself.
insert into weakening (sentence, subject, statement)
select format('without row-level security on %s', c.relname), c.relname, format('alter table %I disable row level security', c.relname)
from pg_class c
where c.relnamespace = 'zoufang'::regnamespace
  and c.relrowsecurity
order by c.relname;

-- Constraints that check, refer, and keep the same twice out.
insert into weakening (sentence, subject, statement, likely_topic)
select format('without constraint %s on %s', k.conname, k.conrelid::regclass), k.conrelid::regclass::text,
       format('alter table %s drop constraint %I cascade', k.conrelid::regclass, k.conname), 'constraints'
from pg_constraint k
where k.connamespace = 'zoufang'::regnamespace
  and k.contype in ('c', 'f', 'u')
order by k.conrelid::regclass::text, k.conname;

-- Triggers.
insert into weakening (sentence, subject, statement, likely_topic)
select format('without trigger %s on %s', t.tgname, t.tgrelid::regclass), t.tgrelid::regclass::text,
       format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname),
       case when t.tgname like 'audit%' then 'audit' else 'constraints' end
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'zoufang'::regnamespace
  and not t.tgisinternal
order by t.tgrelid::regclass::text, t.tgname;

-- Who one is, and what one may not see.
insert into weakening (sentence, subject, statement)
values
  ('with nobody blind', 'lead', $$ create or replace function blind() returns uuid[] language sql stable parallel safe as
     $f$ select '{}'::uuid[] $f$ $$),
  ('with everybody''s scope the whole country', 'visit', $$ create or replace function scope() returns int8multirange
     language sql stable parallel safe as $f$ select '{[0,999999999999]}'::int8multirange $f$ $$),
  ('with nobody''s scope', 'visit', $$ create or replace function scope() returns int8multirange
     language sql stable parallel safe as $f$ select '{}'::int8multirange $f$ $$),
  ('with nobody''s ways', 'visit', $$ create or replace function ways() returns uuid[] language sql stable parallel safe as
     $f$ select '{}'::uuid[] $f$ $$),
  ('with everybody an admin', 'account', $$ create or replace function has_role(role int4) returns boolean
     language sql stable parallel safe as $f$ select true $f$ $$),
  ('with everybody a leader', 'session', $$ create or replace function leads_office_of(member uuid) returns boolean
     language sql stable security definer set search_path = zoufang, pg_temp as $f$ select true $f$ $$),
  ('with a function that is everybody''s', 'pg_proc', $$ grant execute on function successor_used to public $$),
  ('with a function that its maker owns', 'pg_proc', $$ alter function begin_call owner to zoufang_owner $$),
  ('with a search path that callers set', 'pg_proc', $$ alter function begin_call reset all $$),
  ('with a serving role that bypasses it all', 'visit', $$ alter role zoufang bypassrls $$),
  ('with a view that looks with its owner''s eyes', 'lead_answer', $$ alter view lead_answer set (security_invoker = false) $$);

-- What notices it.
create function test.notice(w test.weakening) returns text
language plpgsql as $$
declare
  noticed text;
begin
  perform set_config('search_path', 'zoufang', true);
  execute w.statement;
  noticed := test.first_broken(w.subject, w.likely_topic);
  raise exception using errcode = 'ZT000';
exception
  when sqlstate 'ZT000' then
    return noticed;
end
$$;

-- Told row by row, as it is tried.
\set FETCH_COUNT 1
select case
         when n.noticed is null then format('  FAIL  %s nothing is noticed', w.sentence)
         else format('  ok    %s this fails: %s', w.sentence, n.noticed)
       end
from test.weakening w
cross join lateral test.notice(w) n(noticed)
order by w.id;
