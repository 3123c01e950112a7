-- Who sees and writes plans of visits; who writes offices and vocabularies.
set search_path = test, zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
select 'reading', format('%s sees of plans of visits: %s', s.who, s.plans), s.caller, 'select p.purpose from visit_plan p', s.plans
from (
  values
    (null, 'without a call nobody', 'nothing'),
    ('officer', 'an officer', 'near'),
    ('colleague', 'a colleague of his office', 'near'),
    ('stranger', 'an officer of another county', 'far'),
    ('foreigner', 'an officer of another city who is to go', 'near'),
    ('supervisor', 'the county''s supervisor', 'near'),
    ('city', 'the city''s supervisor', 'far near'),
    ('village', 'a supervisor of one village', 'near'),
    ('eastern', 'another city''s supervisor', 'nothing'),
    ('inspector', 'a cross-inspector while his grant holds', 'far near'),
    ('former', 'an analyst who was an officer', 'nothing'),
    ('analyst', 'an analyst', 'nothing'),
    ('auditor', 'an auditor', 'nothing'),
    ('second', 'an admin without another role', 'nothing'),
    ('nobody', 'who holds no role', 'nothing')
) s(caller, who, plans);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('reading', 'who holds no role sees offices', 'nobody', $$ select count(*) from office $$, '5'),
  ('reading', 'who holds no role sees terms', 'nobody', $$ select t.code from term t where t.vocabulary = 1 and t.place = 1 $$, 'poverty');

create function test.plan_of(village int8, planned_by text) returns text
language sql immutable as $$
  select format(
    'insert into visit_plan (region_code, current_code, officers, due_on, planned_by)
     values (%1$s, %1$s, array[test.id(''officer'')], current_date, test.id(%2$L))', village, planned_by)
$$;

create function test.changed_plan(changed_by text) returns text
language sql immutable as $$
  select format('update visit_plan set purpose = ''new'', changed_by = test.id(%L), changed_at = now(), reason = ''x''', changed_by)
$$;

create function test.office_in(region int8) returns text
language sql immutable as $$
  select format(
    'insert into office (id, name, kind, region_code, opened_on) values (test.id(''office.new''), ''测试'', 4, %s, current_date)', region)
$$;

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('writing', 'a supervisor plans visits in scope', 'supervisor', test.plan_of(150424100202, 'supervisor'), '1 rows'),
  ('writing', 'a supervisor plans no visits out of scope', 'supervisor', test.plan_of(150422100200, 'supervisor'), 'denied'),
  ('writing', 'nobody plans visits in another''s name', 'supervisor', test.plan_of(150424100202, 'city'), 'denied'),
  ('writing', 'an officer plans no visits', 'officer', test.plan_of(150424100202, 'officer'), 'denied'),
  ('writing', 'a supervisor changes plans in scope, also by a statement that forgets where', 'supervisor', test.changed_plan('supervisor'), '1 rows'),
  ('writing', 'who is to go changes no plan', 'officer', test.changed_plan('officer'), '0 rows'),
  ('writing', 'nobody changes a plan in another''s name', 'supervisor', test.changed_plan('city'), 'denied'),
  ('writing', 'nobody moves a plan to another village', 'city', $$ update visit_plan set current_code = 150424100202 $$, 'denied'),
  ('writing', 'an admin opens an office', 'second', test.office_in(150500000000), '1 rows'),
  ('writing', 'an officer opens no office', 'officer', test.office_in(150424000000), 'denied'),
  ('writing', 'a supervisor opens no office', 'city', test.office_in(150424000000), 'denied'),
  ('writing', 'an admin renames an office', 'second', $$ update office set name = '测试' where id = test.id('office.east') $$, '1 rows'),
  ('writing', 'a supervisor renames no office', 'city', $$ update office set name = '测试' $$, '0 rows'),
  ('writing', 'nobody renames an office''s id', 'second', $$ update office set id = test.id('new') where id = test.id('office.east') $$,
    'denied'),
  ('writing', 'an admin adds a term', 'second', $$ insert into term (vocabulary, code, name, place) values (1, 'new', '测试', 50) $$, '1 rows'),
  ('writing', 'a supervisor adds no term', 'city', $$ insert into term (vocabulary, code, name, place) values (1, 'new', '测试', 50) $$,
    'denied'),
  ('writing', 'an admin retires a term', 'second', $$ update term set retired = true where vocabulary = 1 and code = 'coal' $$, '1 rows'),
  ('writing', 'a supervisor retires no term', 'city', $$ update term set retired = true $$, '0 rows'),
  ('writing', 'nobody changes a term''s code', 'second', $$ update term set code = 'new' where vocabulary = 1 and code = 'coal' $$, 'denied');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'a plan that was withdrawn is changed no more', 'supervisor',
    $$ update visit_plan set withdrawn = true, changed_by = test.id('city'), changed_at = now(), reason = 'x' $$,
    test.changed_plan('supervisor'), '0 rows');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('writing', 'a change of a plan is marked as one', 'supervisor', test.changed_plan('supervisor'),
    $$ select p.purpose from visit_plan p where p.changed = pg_current_xact_id_if_assigned() $$, 'new'),
  ('writing', 'an office in use is known by its members, those under it, and its open leads', 'second', null,
    $$ select office_in_use(o.id) from office o order by o.region_code $$, 'true true true true true'),
  ('writing', 'an office that nothing belongs to is not in use', 'second', test.office_in(150500000000),
    $$ select office_in_use(test.id('office.new')) $$, 'false');

insert into expectation (topic, sentence, statement, expected)
select 'constraints', format('%s: %s is kept out', b.subject, b.mistake), format('update %s set %s where %s', b.subject, b.assignment, b.which),
       b.expected
from (
  values
    ('visit_plan', 'a region that there is not', 'region_code = 150424100299', 'true', 'foreign key'),
    ('visit_plan', 'a current region that there is not', 'current_code = 150424100299', 'true', 'foreign key'),
    ('visit_plan', 'nobody who goes', $$officers = '{}'$$, 'true', 'check'),
    ('visit_plan', 'a nameless officer', 'officers = array[null]::uuid[]', 'true', 'check'),
    ('visit_plan', 'an empty purpose', $$purpose = ''$$, 'true', 'check'),
    ('visit_plan', 'a campaign that there is not', $$campaign_id = test.id('none')$$, 'true', 'foreign key'),
    ('visit_plan', 'a planner who there is not', $$planned_by = test.id('none')$$, 'true', 'foreign key'),
    ('visit_plan', 'somebody who changed it and is nobody', $$changed_by = test.id('none'), changed_at = now(), reason = 'x'$$, 'true', 'foreign key'),
    ('visit_plan', 'a change without a reason', $$changed_by = test.id('city'), changed_at = now()$$, 'true', 'check'),
    ('visit_plan', 'an empty reason', $$changed_by = test.id('city'), changed_at = now(), reason = ''$$, 'true', 'check'),
    ('visit_plan', 'one withdrawn by nobody', 'withdrawn = true', 'true', 'check'),
    ('visit_plan', 'a short etag', $$etag = '\x00'$$, 'true', 'check'),
    ('office', 'a short etag', $$etag = '\x00'$$, $$id = test.id('office.east')$$, 'check'),
    ('term', 'a short etag', $$etag = '\x00'$$, $$code = 'coal'$$, 'check')
) b(subject, mistake, assignment, which, expected);

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('visit_plan: %s is told, also of the owner', t.act), t.given, $$ select test.told('plan') $$, t.told
from (
  values
    ('a change', $$ update visit_plan set purpose = '测试' where purpose = 'near' $$, 'changed plan done'),
    ('its removal', $$ delete from visit_plan where purpose = 'near' $$, 'removed plan done')
) t(act, given, told);

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('audit', 'a plan of a visit is told', 'supervisor', test.plan_of(150424100202, 'supervisor'), $$ select test.told('plan') $$,
    'created plan done'),
  ('audit', 'an office that an admin opens is told', 'second', test.office_in(150500000000), $$ select test.told('office') $$,
    'created office done'),
  ('audit', 'a term that an admin retires is told', 'second', $$ update term set retired = true where vocabulary = 1 and code = 'coal' $$,
    $$ select test.told('term') $$, 'changed term done');

-- What is forgotten, and what is not yet.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('%s is forgotten when its time is over and not before', t.what), t.given, $$ select forgotten from forget_old() $$, '1'
from (
  values
    ('what a request answered', $$ insert into request_claim (user_id, request_id, method, hash, claimed_at)
       select test.id('officer'), gen_random_uuid(), 'x', '\x00', now() - d from unnest(array['6 days', '8 days']::interval[]) d $$),
    ('what sight was', $$ insert into sight_past (kind, record_id, current_code, ways, kept_at)
       select 3, test.id('lead.own'), 150424100201, '{}', now() - d from unnest(array['89 days', '91 days']::interval[]) d $$),
    ('a used-up refresh token', $$ insert into session_past (refresh_hash, session_id, replaced_at)
       select zoufang.named_hash_of(d::text::bytea), test.id('session.officer'), now() - d from unnest(array['199 days', '201 days']::interval[]) d $$),
    ('a session that ended', $$ update session set revoked_at = now() - case test.name(id) when 'officer' then interval '201 days' else '199 days' end
       where test.name(id) in ('officer', 'city') $$),
    ('a session that ran out', $$ update session set access_expires_at = now() - d, expires_at = now() - d
       from (values ('officer', interval '201 days'), ('city', '199 days')) e(name, d) where test.name(id) = e.name $$),
    ('a failed login', $$ insert into login_failure (username, address, failures, failed_at)
       select 'x', d::text, 1, now() - d from unnest(array['23 hours', '25 hours']::interval[]) d $$)
) t(what, given);
