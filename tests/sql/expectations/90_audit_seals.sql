-- Seals: what the next one covers, what none takes in, and that the audit's check looks at every table.
set search_path = test, zoufang;

-- The last seal is test.sealed() with other words.
create function test.seal_of(other jsonb) returns text
language sql immutable as $$
  select format('insert into audit_seal select (jsonb_populate_record(s, %L)).* from audit_seal s', other)
$$;

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'audit_seal: seals are counted from one', test.sealed(), test.seal_of('{"number": 0}'), 'check'),
  ('constraints', 'audit_seal: two of one number are kept out', test.sealed(), test.seal_of('{}'), 'unique'),
  ('constraints', 'audit_seal: a commitment too few is kept out', test.sealed(), test.seal_of('{"number": 2, "rows": 2}'), 'check'),
  ('constraints', 'audit_seal: a hash that is none is kept out', test.sealed(), test.seal_of('{"number": 2, "hash": "\\x00"}'), 'check'),
  ('constraints', 'audit_seal: the hash before that is none is kept out', test.sealed(),
    test.seal_of('{"number": 2, "previous_hash": "\\x00"}'), 'check'),
  ('constraints', 'audit_seal: a schema that there is not is kept out', test.sealed(),
    test.seal_of('{"number": 2, "schema_hash": "\\x00"}'), 'foreign key'),
  ('constraints', 'audit_seal: nothing is changed, not by the owner', test.sealed(), $$ update audit_seal set number = 2 $$, 'denied'),
  ('constraints', 'audit_schema: nothing is changed, not by the owner', test.sealed(), $$ update audit_schema set noted_at = now() $$, 'denied'),
  ('constraints', 'audit_schema: a hash that is none is kept out', null,
    $$ insert into audit_schema (hash, objects, definitions) values ('\x00', '{}', '{}') $$, 'check'),
  ('constraints', 'audit_schema: a schema is noted once', test.sealed(),
    $$ insert into audit_schema (hash, objects, definitions) values (sha256('x'), '{}', '{}') $$, 'unique'),
  ('constraints', 'audit_schema: a part without its hash is kept out', null,
    $$ insert into audit_schema (hash, objects, definitions) values (sha256('y'), '{x}', '{}') $$, 'check'),
  ('calls', 'the next seal covers what comes behind the last, and what came late',
    test.sealed(),
    $$ select concat_ws(' ', u.number, u.ids @> 1::int8, u.ids @> 2::int8, u.ids @> '{[3,5)}'::int8multirange, u.ids @> 5::int8, u.ids @> 6::int8)
       from audit_unsealed(100000) u $$, '2 f f t f t'),
  ('calls', 'a seal covers no more rows than it may', test.sealed(),
    $$ select concat_ws(' ', u.rows, u.ids, u.open, u.last_id, length(u.commitments)) from audit_unsealed(1) u $$, '1 {[3,4)} {[4,5)} 5 32'),
  ('calls', 'an id that was open for minutes is never to come',
    replace(test.sealed(), '''{[3,5)}'', 5', '''{[900000,900002)}'', 900010'),
    $$ select u.open from audit_unsealed(10) u $$, '{}'),
  ('calls', 'an id that a transaction still at work may fill stays open',
    replace(replace(test.sealed(), '''{[3,5)}'', 5', '''{[900000,900002)}'', 900010'), 'now() - interval ''3 minutes''', 'now()'),
    $$ select u.open from audit_unsealed(10) u $$, '{[900000,900002)}');

insert into expectation (topic, sentence, acting, statement, expected)
values
  ('audit', 'the server puts a seal behind the last one',
    $$ select audit_schema_add(sha256('x'), '{x}', array[sha256('x')]);
       select audit_seal_add(1, 0, sha256(''), '{}', '{}', 0, 0, '', sha256('x'), 21, '3', sha256(''), '') $$,
    $$ select s.number || ' ' || s.version from audit_seal s join audit_schema using (hash) $$, 'nothing'),
  ('audit', 'the server finds the seal that it put there',
    $$ select audit_schema_add(sha256('x'), '{x}', array[sha256('x')]);
       select audit_seal_add(1, 0, sha256(''), '{}', '{}', 0, 0, '', sha256('x'), 21, '3', sha256(''), '');
       select set_config('test.next', (select u.number from audit_unsealed(1) u)::text, true) $$,
    $$ select current_setting('test.next') $$, '2');

-- Rows that were put there behind the triggers are found in each table.
insert into expectation (topic, sentence, caller, given, statement, expected)
select 'calls', format('the audit''s check finds a %s that nobody told of', t.kind), 'auditor', t.given,
       format($$ select distinct r.what from audit_altered(5) r where r.kind = %L $$, t.kind), t.told
from (
  values
    ('feedback', test.followed_up(), 'inserted'),
    ('link', test.followed_up(), 'inserted'),
    ('outcome', test.followed_up(), 'inserted'),
    ('holiday', 'alter table holiday disable trigger user; ' || test.holiday_by('admin'), 'inserted'),
    ('plan', 'alter table visit_plan disable trigger user; ' || test.plan_of(150424100201, 'supervisor'), 'inserted'),
    ('review', 'alter table review disable trigger user; ' || test.review_of('own', 'officer'), 'changed'),
    ('term', 'alter table term disable trigger user; insert into term (vocabulary, code, name, place) values (1, ''new'', ''测试'', 50)', 'inserted')
) t (kind, given, told);
