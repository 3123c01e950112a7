-- What no table takes in, not even from the owner's psql: each constraint, each append-only table.
set search_path = test, zoufang;

-- Something that is wrong with one good record of the world, and what keeps it out.
insert into expectation (topic, sentence, statement, expected)
select 'constraints',
       format('%s: %s is kept out', b.subject, b.mistake),
       format('update %s set %s where %s', b.subject, b.assignment, b.which),
       b.expected
from (
  select 'region', m.mistake, m.assignment, 'code = ' || m.code, m.expected
  from (
    values
      ('a level that there is not', 'level = 6', 150521100200, 'check'),
      ('a code that does not fit its level', 'level = 2', 150521100200, 'check'),
      ('an empty name', $$name = ''$$, 150500000000, 'check'),
      ('a parent that comes later', 'parent_code = 150521100000', 150521000000, 'check'),
      ('a successor without a day', 'successor_code = 150424100201, current_code = 150424100201', 150521100200, 'check'),
      ('an end without a successor', $$ended_on = '2024-01-01'$$, 150521100200, 'check'),
      ('a region as its own successor', $$successor_code = code, ended_on = '2024-01-01', current_code = 150424100201$$, 150521100200,
        'check'),
      ('a successor that does not stand for it', 'current_code = code', 150422100201, 'check'),
      ('another standing for one that goes on', 'current_code = 150424100201', 150521100200, 'check'),
      ('a region that records refer to, gone,', 'code = 150521100201, current_code = 150521100201', 150521100200,
        'foreign key')
  ) m(mistake, assignment, code, expected)
  union all
  select m.subject, m.mistake, m.assignment, format('%s = test.id(%L)', m.key, m.name), m.expected
  from (
    values
      ('office', 'id', 'office.town', 'an empty name', $$name = ''$$, 'check'),
      ('office', 'id', 'office.town', 'a kind that there is not', 'kind = 5', 'check'),
      ('office', 'id', 'office.town', 'itself above itself', 'parent_id = id', 'check'),
      ('office', 'id', 'office.town', 'an end before the beginning', $$closed_on = '2018-12-31'$$, 'check'),
      ('account', 'id', 'officer', 'a username with capitals', $$username = 'Officer'$$, 'check'),
      ('account', 'id', 'officer', 'a username that is too short', $$username = 'ab'$$, 'check'),
      ('account', 'id', 'officer', 'a username twice', $$username = 'colleague'$$, 'unique'),
      ('account', 'id', 'officer', 'an empty name', $$name = ''$$, 'check'),
      ('account', 'id', 'officer', 'a name with a line''s end', $$name = e'a\nb'$$, 'check'),
      ('account', 'id', 'officer', 'letters in a phone number', $$phone = 'one'$$, 'check'),
      ('account', 'id', 'officer', 'a short etag', $$etag = '\x00'$$, 'check'),
      ('account', 'id', 'officer', 'no etag', 'etag = null', 'not null'),
      ('account_password', 'user_id', 'officer', 'a password in clear', $$hash = 'correct horse'$$, 'check'),
      ('account_password', 'user_id', 'officer', 'a hash of another kind', $$hash = '$2b$12$abc'$$, 'check'),
      ('office_member', 'user_id', 'officer', 'leaving before joining', $$left_on = joined_on - 1$$, 'check'),
      ('role_grant', 'id', 'grant.officer', 'a role that there is not', 'role = 6', 'check'),
      ('role_grant', 'id', 'grant.officer', 'an end before the beginning', 'ends_at = starts_at', 'check'),
      ('role_grant', 'id', 'grant.officer', 'a grant by one alone', 'approved_by = null', 'check'),
      ('role_grant', 'id', 'grant.officer', 'a grant that its asker approved', 'approved_by = granted_by', 'check'),
      ('role_grant', 'id', 'grant.officer', 'a grant to oneself', 'granted_by = user_id', 'check'),
      ('role_grant', 'id', 'grant.officer', 'a grant that its holder approved', 'approved_by = user_id', 'check'),
      ('role_grant', 'id', 'grant.officer', 'a region that there is not', 'region_code = 150424100299', 'not null'),
      ('session', 'id', 'session.officer', 'an access token in clear', $$access_hash = 'token'$$, 'check'),
      ('session', 'id', 'session.officer', 'a refresh token in clear', $$refresh_hash = 'token'$$, 'check'),
      ('session', 'id', 'session.officer', 'an earlier refresh token in clear', $$previous_refresh_hash = 'token'$$, 'check'),
      ('session', 'id', 'session.officer', 'access that outlives the session', $$access_expires_at = expires_at + interval '1s'$$, 'check'),
      ('session', 'id', 'session.officer', 'one token for two', $$access_hash = test.token('colleague')$$, 'unique'),
      ('session', 'id', 'session.officer', 'two on one device',
        $$user_id = test.id('colleague'), device_id = test.id('device.colleague')$$, 'unique'),
      ('session', 'id', 'session.officer', 'a long device name', $$device_name = repeat('x', 101)$$, 'check'),
      ('session', 'id', 'session.officer', 'a long platform', $$platform = repeat('x', 51)$$, 'check'),
      ('session', 'id', 'session.officer', 'a long version', $$app_version = repeat('x', 51)$$, 'check'),
      ('campaign', 'id', 'campaign.near', 'an empty name', $$name = ''$$, 'check'),
      ('visit', 'id', 'visit.own', 'a kind that there is not', 'kind = 9', 'check'),
      ('visit', 'id', 'visit.own', 'a member who there is not', $$team = array[test.id('none')]$$, 'foreign key'),
      ('visit', 'id', 'visit.own', 'a nameless member', 'team = array[null]::uuid[]', 'check'),
      ('visit', 'id', 'visit.own', 'a team of fifty-one', 'team = array_fill(recorder_id, array[51])', 'check'),
      ('visit', 'id', 'visit.own', 'a start before the century', $$started_at = '1999-12-31'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a start at the end of time', $$started_at = 'infinity', ended_at = null$$, 'check'),
      ('visit', 'id', 'visit.own', 'an end before the start', $$ended_at = started_at - interval '1s'$$, 'check'),
      ('visit', 'id', 'visit.own', 'an end at the end of time', $$ended_at = 'infinity'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a latitude beyond the pole', 'latitude = 90.1', 'check'),
      ('visit', 'id', 'visit.own', 'a latitude that is no number', $$latitude = 'NaN'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a longitude beyond the date line', 'longitude = 180.1', 'check'),
      ('visit', 'id', 'visit.own', 'a latitude without a longitude', 'longitude = null', 'check'),
      ('visit', 'id', 'visit.own', 'an accuracy without a position', 'latitude = null, longitude = null', 'check'),
      ('visit', 'id', 'visit.own', 'an accuracy below nothing', 'accuracy = -1', 'check'),
      ('visit', 'id', 'visit.own', 'an empty place', $$place = ''$$, 'check'),
      ('visit', 'id', 'visit.own', 'a visitor without a unit', $$visitor_units = '{}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a nameless visitor', 'visitor_names = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'a unit that is not told', 'visitor_units = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'a long visitor''s name', $$visitor_names = array[repeat('x', 51)]$$, 'check'),
      ('visit', 'id', 'visit.own', 'fifty-one visitors',
        $$visitor_names = array_fill('甲'::text, array[51]), visitor_units = array_fill('乙'::text, array[51])$$, 'check'),
      ('visit', 'id', 'visit.own', 'an empty purpose', $$purpose = ''$$, 'check'),
      ('visit', 'id', 'visit.own', 'fewer people than none', 'people_met = -1', 'check'),
      ('visit', 'id', 'visit.own', 'a material without copies', $$material_copies = '{}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'no copy of a material', $$material_copies = '{0}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a material without a name', 'material_names = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'findings without end', $$findings = repeat('x', 10001)$$, 'check'),
      ('visit', 'id', 'visit.own', 'a solved problem without its lead''s place', $$solved_leads = '{}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a solved problem without words', 'solved_descriptions = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'an answer without a count', $$survey_counts = '{}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'an answer without a question', $$survey_questions = '{}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a question without words', 'survey_questions = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'an answer without words', 'survey_answers = array[null]', 'check'),
      ('visit', 'id', 'visit.own', 'fewer answers than none', $$survey_counts = '{-1}'$$, 'check'),
      ('visit', 'id', 'visit.own', 'a sweep before the first', 'sweep_round = 0', 'check'),
      ('visit', 'id', 'visit.own', 'a state that there is not', 'state = 4', 'check'),
      ('visit', 'id', 'visit.own', 'holding without a reason', 'state = 2', 'check'),
      ('visit', 'id', 'visit.own', 'a reason to hold that there is not', 'hold_reason = 4', 'check'),
      ('visit', 'id', 'visit.own', 'a short etag', $$etag = '\x00'$$, 'check'),
      ('visit', 'id', 'visit.own', 'an empty reason', $$reason = ''$$, 'check'),
      ('lead', 'id', 'lead.own', 'a channel that there is not', 'channel = 9', 'check'),
      ('lead', 'id', 'lead.own', 'a class that there is not', 'class = 5', 'check'),
      ('lead', 'id', 'lead.own', 'an occurrence that there is not', 'occurrence = 4', 'check'),
      ('lead', 'id', 'lead.own', 'a finding that there is not', 'finding = 5', 'check'),
      ('lead', 'id', 'lead.own', 'a receipt before the century', $$received_at = '1999-12-31'$$, 'check'),
      ('lead', 'id', 'lead.own', 'an empty name among those complained of', $$accused_names = '{某甲,""}'$$, 'check'),
      ('lead', 'id', 'lead.own', 'those complained of without units', $$accused_units = '{}'$$, 'check'),
      ('lead', 'id', 'lead.own', 'more users than those complained of', $$accused_users = array[null, null, null]::uuid[]$$, 'check'),
      ('lead', 'id', 'lead.own', 'fifty-one complained of',
        $$accused_names = array_fill('甲'::text, array[51]), accused_units = array_fill(null::text, array[51]),
          accused_posts = array_fill(null::text, array[51]), accused_users = array_fill(null::uuid, array[51]),
          accused_offices = array_fill(null::uuid, array[51])$$, 'check'),
      ('lead', 'id', 'lead.own', 'a name without end among those complained of',
        $$accused_names = array['甲', repeat('x', 20001)]$$, 'check'),
      ('lead', 'id', 'lead.own', 'somebody complained of who is nobody', $$accused_users = array[test.id('none'), null]$$, 'foreign key'),
      ('lead', 'id', 'lead.own', 'an office complained of that there is not', $$accused_offices = array[test.id('none'), null]$$,
        'foreign key'),
      ('lead', 'id', 'lead.own', 'an amount below nothing', 'amount_fen = -1', 'check'),
      ('lead', 'id', 'lead.own', 'no narrative', $$narrative = ''$$, 'check'),
      ('lead', 'id', 'lead.own', 'a narrative without end', $$narrative = repeat('x', 20001)$$, 'check'),
      ('lead', 'id', 'lead.own', 'a sweep before the first', 'sweep_round = 0', 'check'),
      ('lead', 'id', 'lead.own', 'a short etag', $$etag = '\x00'$$, 'check'),
      ('lead', 'id', 'lead.own', 'an empty reason', $$reason = ''$$, 'check'),
      ('lead', 'id', 'lead.own', 'who raised it left out', 'raised_by = null', 'not null'),
      ('lead_reporter', 'lead_id', 'lead.own', 'a name in clear', $$name = convert_to('张三', 'UTF8')$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'a phone number in clear', $$phone = '13800138000'$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'an identity number in clear', $$identity_number = '150404199001011234'$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'a phone''s index that is no hash', $$phone_index = '138'$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'an identity''s index that is no hash', $$identity_index = '138'$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'sealed values without their key', 'key = null', 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'a key that is none', $$key = 'key'$$, 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'a phone without its index', 'phone_index = null', 'check'),
      ('lead_reporter', 'lead_id', 'lead.own', 'an identity without its index', 'identity_index = null', 'check'),
      ('photo', 'visit_id', 'visit.own', 'a hash of another length', $$sha256 = 'x'$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'no byte', 'byte_size = 0', 'check'),
      ('photo', 'visit_id', 'visit.own', 'what is no picture', $$media_type = 'text/html'$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'no width', 'width = 0', 'check'),
      ('photo', 'visit_id', 'visit.own', 'no height', 'height = 0', 'check'),
      ('photo', 'visit_id', 'visit.own', 'a time before the century', $$captured_at = '1999-12-31'$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'a latitude beyond the pole', 'latitude = -90.1', 'check'),
      ('photo', 'visit_id', 'visit.own', 'a longitude beyond the date line', 'longitude = -180.1', 'check'),
      ('photo', 'visit_id', 'visit.own', 'a latitude without a longitude', 'longitude = null', 'check'),
      ('photo', 'visit_id', 'visit.own', 'an accuracy without a position', 'latitude = null, longitude = null', 'check'),
      ('photo', 'visit_id', 'visit.own', 'an accuracy below nothing', 'accuracy = -1', 'check'),
      ('photo', 'visit_id', 'visit.own', 'an empty device', $$device = ''$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'an empty caption', $$caption = ''$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'a visit and a lead at once', $$lead_id = test.id('lead.own')$$, 'check'),
      ('photo', 'visit_id', 'visit.own', 'neither visit nor lead', 'visit_id = null', 'check'),
      ('photo', 'visit_id', 'visit.own', 'a short etag', $$etag = '\x00'$$, 'check'),
      ('lead_event', 'lead_id', 'lead.own', 'any change', $$note = 'new'$$, 'denied')
  ) m(subject, key, name, mistake, assignment, expected)
  union all
  select 'term', m.mistake, m.assignment, $$code = 'coal'$$, m.expected
  from (
    values
      ('a vocabulary that there is not', 'vocabulary = 4', 'check'),
      ('a code with capitals', $$code = 'Coal'$$, 'check'),
      ('an empty name', $$name = ''$$, 'check'),
      ('a place before the first', 'place = -1', 'check')
  ) m(mistake, assignment, expected)
) b(subject, mistake, assignment, which, expected);

-- What refers to something refers to what is there. Triggers are off, so that it is the table itself that keeps the reference.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints',
       format('%s: a %s that there is not is kept out', r.subject, r.reference),
       format('alter table %s disable trigger user; %s', r.subject, r.given),
       format('update %1$s set %2$s = %3$s where ctid = (select o.ctid from %1$s o order by o.%2$s is null limit 1)', r.subject, r.reference,
         r.nothing),
       'foreign key'
from (
  select c.subject, unnest(c.columns), '', 'test.id(''none'')'
  from (
    values
      ('office', array['parent_id']),
      ('account', array['office_id']),
      ('account_password', array['user_id']),
      ('office_member', array['user_id', 'office_id']),
      ('role_grant', array['user_id', 'granted_by', 'approved_by']),
      ('session', array['user_id', 'revoked_by']),
      ('visit', array['recorder_id', 'office_id', 'led_by', 'campaign_id', 'written_by']),
      ('visit_member', array['user_id', 'visit_id']),
      ('visit_version', array['id']),
      ('lead', array['visit_id', 'campaign_id', 'raised_by', 'handler_id', 'office_id', 'written_by']),
      ('lead_version', array['id']),
      ('lead_event', array['lead_id', 'actor_id']),
      ('case_file', array['handler_id', 'office_id', 'filed_by', 'written_by']),
      ('case_lead', array['lead_id', 'case_id', 'added_by']),
      ('case_person', array['added_by']),
      ('person', array['user_id', 'same_as', 'added_by']),
      ('handling', array['case_id', 'person_id', 'proposed_by', 'approved_by']),
      ('review', array['handling_id', 'written_by']),
      ('lead_reporter', array['lead_id', 'written_by']),
      ('photo', array['visit_id', 'lead_id', 'recorder_id'])
  ) c(subject, columns)
  union all
  values
    ('region', 'parent_code', '', '100000000000'),
    ('region', 'successor_code', '', '150424100299'),
    ('office', 'region_code', '', '150424100299'),
    ('role_grant', 'region_code', '', '150424100299'),
    ('visit', 'region_code', '', '150424100299'),
    ('visit', 'current_code', '', '150424100299'),
    ('lead', 'region_code', '', '150424100299'),
    ('lead', 'current_code', '', '150424100299'),
    ('lead', 'domain', '', '''bribery'''),
    ('lead', 'problem_type', '', '''coal'''),
    ('lead', 'cause', '', '''coal'''),
    ('case_file', 'region_code', '', '150424100299'),
    ('case_file', 'current_code', '', '150424100299'),
    ('case_person', 'case_id', 'delete from review; delete from handling', 'test.id(''none'')'),
    ('case_person', 'person_id', 'delete from review; delete from handling', 'test.id(''none'')'),
    ('session_past', 'session_id', 'insert into session_past (refresh_hash, session_id) values (zoufang.named_hash_of(''x''), test.id(''session.officer''))',
      'test.id(''none'')'),
    ('request_claim', 'user_id',
      'insert into request_claim (user_id, request_id, method, hash) values (test.id(''officer''), test.id(''x''), ''m'', ''x'')',
      'test.id(''none'')'),
    ('lead_reporter_version', 'lead_id', 'alter table lead_reporter enable trigger user; update lead_reporter set name = sha256(name)',
      'test.id(''none'')')
) r(subject, reference, given, nothing);

-- What an update of one record cannot say.
insert into expectation (topic, sentence, statement, expected)
values
  ('constraints', 'region: a code of less than twelve digits is kept out',
    $$ insert into region (code, level, name, current_code) values (50000000000, 1, '测试省', 50000000000) $$, 'check'),
  ('constraints', 'region: a code of more than twelve digits is kept out',
    $$ insert into region (code, level, name, current_code) values (1500000000000, 1, '测试省', 1500000000000) $$, 'check'),
  ('constraints', 'session_past: a token in clear is kept out',
    $$ insert into session_past (refresh_hash, session_id) values ('token', test.id('session.officer')) $$, 'check'),
  ('constraints', 'login_failure: a name without end is kept out',
    $$ insert into login_failure (username, address, failures, failed_at) values (repeat('x', 65), '', 1, now()) $$, 'check'),
  ('constraints', 'login_failure: an address without end is kept out',
    $$ insert into login_failure (username, address, failures, failed_at) values ('x', repeat('x', 101), 1, now()) $$, 'check'),
  ('constraints', 'login_failure: no failure is kept out',
    $$ insert into login_failure (username, address, failures, failed_at) values ('x', '', 0, now()) $$, 'check'),
  ('constraints', 'sight_past: what is neither visit, photo nor lead is kept out',
    $$ insert into sight_past (kind, record_id, current_code, ways) values (4, test.id('x'), 150424100201, '{}') $$, 'check'),
  ('constraints', 'lead_event: a kind that there is not is kept out',
    $$ insert into lead_event (lead_id, kind) values (test.id('lead.own'), 41) $$, 'check'),
  ('constraints', 'lead_event: an empty note is kept out',
    $$ insert into lead_event (lead_id, kind, note) values (test.id('lead.own'), 3, '') $$, 'check'),
  ('constraints', 'lead_event: nothing is removed, not by the owner', $$ delete from lead_event $$, 'denied'),
  ('constraints', 'lead_event: it is not emptied, not by the owner', $$ truncate lead_event $$, 'denied'),
  ('constraints', 'audit: an action that there is not is kept out',
    $$ insert into audit (actor, action, kind, result) values ('x', 'x', 'x', 'x') $$, 'check'),
  ('constraints', 'audit: nothing is changed, not by the owner', $$ update audit set result = 'x' $$, 'denied'),
  ('constraints', 'audit: nothing is removed, not by the owner', $$ delete from audit $$, 'denied'),
  ('constraints', 'audit: it is not emptied, not by the owner', $$ truncate audit $$, 'denied'),
  ('constraints', 'a record that others refer to is not removed', $$ delete from visit where id = test.id('visit.own') $$, 'foreign key'),
  ('constraints', 'an account that wrote something is not removed', $$ delete from account where username = 'officer' $$, 'foreign key');

insert into expectation (topic, sentence, acting, statement, expected)
values
  ('constraints', 'a grant covers its region''s range, whoever writes it',
    $$ insert into role_grant (id, user_id, role, region_code, level, first, last)
       values (test.id('grant.new'), test.id('officer'), 2, 150424100201, 1, 0, 999999999999) $$,
    $$ select g.level || ' ' || g.first || ' ' || g.last from role_grant g where g.id = test.id('grant.new') $$,
    '5 150424100201 150424100201');

-- What only who switches a trigger off could write.
insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'role_grant: a range that ends before it begins is kept out', $$ alter table role_grant disable trigger role_grant_range $$,
    $$ update role_grant set last = first - 1 $$, 'check'),
  ('constraints', 'session: one refresh token for two is kept out', null, $$ update session set refresh_hash = zoufang.named_hash_of('x') $$, 'unique'),
  ('constraints', 'session: one earlier refresh token for two is kept out', null,
    $$ update session set previous_refresh_hash = zoufang.named_hash_of('x') $$, 'unique'),
  ('constraints', 'sync_marker: a second marker is kept out', null, $$ insert into sync_marker (one) values (false) $$, 'check');

-- What Pull carries is marked with the transaction that changed it last.
insert into expectation (topic, sentence, acting, statement, expected)
select 'constraints',
       format('%s: a change is marked with its transaction', t.name),
       format('update %s set %s', t.name, t.assignment),
       format('select distinct r.changed = pg_current_xact_id() from %s r', t.name),
       'true'
from (
  values
    ('region', $$name = '测试'$$), ('office', $$name = '测试'$$), ('term', $$name = '测试'$$), ('visit', $$purpose = '测试'$$),
    ('lead', $$reason = '测试'$$), ('photo', $$caption = '测试'$$)
) t(name, assignment);

insert into expectation (topic, sentence, acting, statement, expected)
values
  ('constraints', 'lead_reporter: who is replaced is kept', $$ update lead_reporter set name = sha256(name) where lead_id = test.id('lead.own') $$,
    $$ select test.name(r.lead_id) from lead_reporter_version r $$, 'own'),
  ('constraints', 'lead: what sight was is kept where the office changes',
    $$ update lead set office_id = test.id('office.north') where id = test.id('lead.own') $$,
    $$ select array_position(p.ways, test.id('office.town')) > 0 from sight_past p where p.record_id = test.id('lead.own') $$, 'true');

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'region: what was recorded there follows to the one that stands for it',
    $$ update region set successor_code = 150424100202, current_code = 150424100202, ended_on = '2024-01-01' where code = 150424100201 $$,
    $$ select distinct v.current_code from visit v where v.region_code = 150424100201 $$, '150424100202');
