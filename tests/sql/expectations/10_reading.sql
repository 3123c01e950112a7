-- Who sees which visits, leads and what belongs to them: each table of case data for each role, in and out of scope.
set search_path = test, zoufang;

-- A seal that says nothing true, for what may be read of it.
create function test.sealed() returns text
language sql immutable as $$
  select $given$ insert into audit_schema (hash, objects, definitions) values (sha256('x'), array['x'], array[sha256('x')]);
    insert into audit_seal (number, made_at, previous_hash, ids, open, last_id, rows, commitments, schema_hash, version, horizon, hash, signature)
    values (1, now() - interval '3 minutes', sha256(''), '{[1,2)}', '{[3,5)}', 5, 1, sha256(''), sha256('x'), 21, '3', sha256(''), '') $given$
$$;

with sight(caller, who, visits, leads, reporters) as (
  values
    (null, 'without a call nobody', 'nothing', 'nothing', 'nothing'),
    ('officer', 'an officer', 'office own team', 'against_him against_the_supervisor assigned handled office own raised',
      'against_the_supervisor handled own'),
    ('colleague', 'a colleague of his office', 'office own', 'against_him against_the_supervisor assigned office own',
      'against_him office'),
    ('leader', 'the leader of his office', 'office own', 'against_him against_the_supervisor assigned office own', 'nothing'),
    ('companion', 'who went along, of another office,', 'county team', 'against_his_office county', 'against_his_office county'),
    ('stranger', 'an officer of another county', 'far held merged', 'assigned far handled merged raised', 'far merged raised'),
    ('foreigner', 'an officer of another city', 'elsewhere', 'elsewhere', 'elsewhere'),
    ('supervisor', 'the county''s supervisor, complained of in one,', 'county held merged office own team',
      'against_him against_his_office county merged office own', 'against_him against_his_office county merged office own'),
    ('city', 'the city''s supervisor', 'county far held merged office own team',
      'against_him against_his_office against_the_supervisor assigned county far handled merged office own raised',
      'against_him against_his_office against_the_supervisor assigned county far handled merged office own raised'),
    ('village', 'a supervisor of one village', 'merged own', 'merged own', 'merged own'),
    ('eastern', 'another city''s supervisor', 'elsewhere', 'elsewhere', 'elsewhere'),
    ('chief', 'a supervisor whose office is complained of', 'county held merged office own team',
      'against_him against_the_supervisor assigned county merged office own',
      'against_him against_the_supervisor county merged office own'),
    ('accused', 'who is complained of', 'office own', 'against_the_supervisor assigned office own', 'nothing'),
    ('inspector', 'a cross-inspector while his grant holds', 'county far held merged office own team',
      'against_him against_his_office against_the_supervisor county far merged office own',
      'against_him against_his_office against_the_supervisor county merged office own'),
    ('analyst', 'an analyst', 'nothing', 'nothing', 'nothing'),
    ('former', 'an analyst who was an officer, and went along,', 'nothing', 'nothing', 'nothing'),
    ('auditor', 'an auditor', 'nothing', 'nothing', 'nothing'),
    ('admin', 'an admin', 'elsewhere', 'elsewhere', 'elsewhere'),
    ('second', 'an admin without another role', 'nothing', 'nothing', 'nothing'),
    ('nobody', 'who holds no role', 'nothing', 'nothing', 'nothing')
)
insert into expectation (topic, sentence, caller, statement, expected)
select 'reading', format('%s sees of %s: %s', s.who, t.what, o.expected), s.caller, t.statement, o.expected
from sight s
cross join (
  values
    (1, 'visits', 'visits', 'select test.name(v.id) from visit v'),
    (2, 'visits', 'visits as answered', 'select test.name(v.id) from visit_answer v'),
    (3, 'visits', 'those who took part in visits', 'select distinct test.name(m.visit_id) from visit_member m'),
    (4, 'visits', 'the versions of visits', 'select test.name(v.id) from visit_version v'),
    (5, 'visits', 'the photos of visits', 'select test.name(p.visit_id) from photo p where p.visit_id is not null'),
    (6, 'visits', 'photos of visits as answered', 'select test.name(p.visit_id) from photo_answer p where p.visit_id is not null'),
    (7, 'leads', 'leads', 'select test.name(l.id) from lead l'),
    (8, 'leads', 'leads as answered', 'select test.name(l.id) from lead_answer l'),
    (9, 'leads', 'the timelines of leads', 'select distinct test.name(e.lead_id) from lead_event e'),
    (10, 'leads', 'the versions of leads', 'select test.name(l.id) from lead_version l'),
    (11, 'leads', 'the photos of leads', 'select test.name(p.lead_id) from photo p where p.lead_id is not null'),
    (12, 'reporters', 'the sealed reporters of leads', 'select test.name(r.lead_id) from lead_reporter r'),
    (13, 'visits', 'visits as found by definers',
      $$ select distinct test.name(f.id) from visits_asked(null, null, null, null, null, null, null, null, null, null, null, 100) f $$),
    (14, 'leads', 'leads as found by definers',
      $$ select distinct test.name(f.id)
         from leads_asked(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, 100) f $$)
) t(place, sight_of, what, statement)
cross join lateral (
  select case t.sight_of when 'visits' then s.visits when 'leads' then s.leads else s.reporters end
) o(expected)
order by t.place;

-- Grants and leads that changed just before the call; leads without their triggers, for these would mark them as the transaction's own.
insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('reading', 'an admin whose supervision ended sees no case any more', 'admin',
    $$ update role_grant set ends_at = now() where id = test.id('grant.admin.ending') $$,
    $$ select test.name(l.id) from lead l union all select test.name(v.id) from visit v $$, 'nothing'),
  ('reading', 'a grant shows nothing before it begins', 'inspector',
    $$ update role_grant set starts_at = now() + interval '1 minute' where id = test.id('grant.inspector.cross') $$,
    $$ select test.name(l.id) from lead l $$, 'far merged'),
  ('reading', 'a grant shows nothing after it ended', 'inspector',
    $$ update role_grant set ends_at = now() where id = test.id('grant.inspector.cross') $$,
    $$ select test.name(v.id) from visit v $$, 'far held merged'),
  ('reading', 'a grant that was given shows at once', 'nobody',
    $$ insert into role_grant (id, user_id, role, region_code)
       values (gen_random_uuid(), test.id('nobody'), 2, 150422100200) $$,
    $$ select test.name(v.id) from visit v $$, 'far office own'),
  ('reading', 'an officer''s grant that ended takes his ways', 'officer',
    $$ update role_grant set ends_at = now() where user_id = test.id('officer') $$,
    $$ select test.name(v.id) from visit v $$, 'nothing'),
  ('reading', 'two grants show what both cover', 'village',
    $$ insert into role_grant (id, user_id, role, region_code)
       values (gen_random_uuid(), test.id('village'), 2, 150422100000) $$,
    $$ select test.name(v.id) from visit v $$, 'far merged own'),
  ('reading', 'who moves to another office sees by it at once, and no more by the one before', 'colleague',
    $$ update account set office_id = test.id('office.north') where username = 'colleague' $$,
    $$ select test.name(v.id) from visit v $$, 'far held merged office'),
  ('reading', 'who moves into an office complained of loses the lead against it', 'companion',
    $$ set local session_replication_role = replica; update account set office_id = test.id('office.town') where username = 'companion' $$,
    $$ select test.name(l.id) from lead l $$, 'against_him against_the_supervisor assigned county office own'),
  ('reading', 'who is matched as complained of loses the lead at once, its handler too', 'officer',
    $$ set local session_replication_role = replica;
       update lead set accused_users = array[null, test.id('officer')], etag = sha256(etag) where id = test.id('lead.own') $$,
    $$ select test.name(l.id) from lead l union all select test.name(r.lead_id) from lead_reporter r $$,
    'against_him against_the_supervisor against_the_supervisor assigned handled handled office raised'),
  ('reading', 'who is no longer complained of sees the lead again', 'accused',
    $$ set local session_replication_role = replica;
       update lead set accused_users = array[null, null]::uuid[], etag = sha256(etag) where id = test.id('lead.against_him') $$,
    $$ select test.name(l.id) from lead l $$, 'against_him against_the_supervisor assigned office own'),
  ('reading', 'a lead handed to another office is seen by it, and no more by the one before', 'stranger',
    $$ set local session_replication_role = replica;
       update lead set office_id = test.id('office.town') where id = test.id('lead.far') $$,
    $$ select test.name(l.id) from lead l where l.office_id = my_office() $$, 'merged'),
  ('reading', 'a record whose region was merged is seen where it stands now', 'village', null,
    $$ select test.name(v.id) from visit v where v.region_code = 150422100201 $$, 'merged'),
  ('reading', 'replaced reporters are nobody''s to read', 'city', null, $$ select 1 from lead_reporter_version $$, 'denied'),
  ('reading', 'what sight was is nobody''s to read', 'city', null, $$ select 1 from sight_past $$, 'denied'),
  ('reading', 'the auditor reads the audit', 'auditor', null, $$ select distinct 'rows' from audit $$, 'rows'),
  ('reading', 'nobody else reads the audit', 'city', null, $$ select 1 from audit $$, 'nothing'),
  ('reading', 'an admin does not read the audit', 'admin', null, $$ select 1 from audit $$, 'nothing'),
  ('reading', 'the auditor reads what the seals say of rows and schema', 'auditor', test.sealed(),
    $$ select s.number || ' ' || c.objects[1] from audit_seal s join audit_schema c on c.hash = s.schema_hash $$, '1 x'),
  ('reading', 'nobody else reads seals', 'city', test.sealed(), $$ select 1 from audit_seal $$, 'nothing'),
  ('reading', 'nobody else reads what seals say of the schema', 'city', test.sealed(), $$ select 1 from audit_schema $$, 'nothing'),
  ('reading', 'the requests that were done are nobody''s to read', 'admin', null, $$ select 1 from request_claim $$, 'denied'),
  ('reading', 'failed logins are nobody''s to read', 'admin', null, $$ select 1 from login_failure $$, 'denied'),
  ('reading', 'phone numbers are read by nobody, but as they are told', 'admin', null, $$ select a.phone from account a $$, 'denied'),
  ('reading', 'used-up refresh tokens are nobody''s to read', 'admin', null, $$ select 1 from session_past $$, 'denied');

-- A leaver's phone may still push; by that alone it is known what is his, and nothing of his scope.
insert into expectation (topic, sentence, caller, method, statement, expected)
values
  ('reading', 'a leaver who pushes is known by his ways and not by his scope', 'leaver', 'SyncService/Push',
    $$ select test.name(v.id) from visit v $$, 'office own'),
  ('reading', 'a leaver who pushes has no scope for lists either', 'leaver', 'SyncService/Push', $$ select s.code from scopes() s $$,
    'nothing'),
  ('reading', 'who has only held a role may still push what he recorded, and knows his own', 'former', 'SyncService/Push',
    $$ select test.name(v.id) from visit v $$, 'office own');

-- People and sessions.
insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s %s: %s', t.who, t.what, t.expected), t.caller, null, t.statement, t.expected
from (
  values
    (null, 'without a call nobody', 'sees accounts', $$ select test.name(a.id) from account a $$, 'nothing'),
    (null, 'without a call nobody', 'sees who was where a member', $$ select test.name(m.user_id) from office_member m $$, 'nothing'),
    (null, 'without a call nobody', 'sees sessions', $$ select test.name(s.id) from session s $$, 'nothing'),
    (null, 'without a call nobody', 'sees grants', $$ select test.name(g.id) from role_grant g $$, 'nothing'),
    (null, 'without a call nobody', 'sees passwords', $$ select test.name(p.user_id) from account_password p $$, 'nothing'),
    ('nobody', 'who holds no role', 'sees accounts',
      $$ select test.name(a.id) from account a where a.username in ('officer', 'city') $$, 'city officer'),
    ('nobody', 'who holds no role', 'sees who is where a member',
      $$ select test.name(m.user_id) from office_member m where m.office_id = test.id('office.north') $$, 'inspector stranger'),
    ('nobody', 'who holds no role', 'sees sessions', $$ select test.name(s.id) from session s $$, 'nobody'),
    ('officer', 'an officer', 'sees sessions', $$ select test.name(s.id) from session s $$, 'officer'),
    ('city', 'a supervisor', 'sees sessions', $$ select test.name(s.id) from session s $$, 'city'),
    ('auditor', 'an auditor', 'sees sessions', $$ select test.name(s.id) from session s $$, 'auditor'),
    ('leader', 'a leader', 'sees the sessions of his office', $$ select test.name(s.id) from session s $$,
      'accused chief colleague former gone leader leaver nobody officer'),
    ('second', 'an admin', 'sees anybody''s session', $$ select test.name(s.id) from session s where s.user_id = test.id('foreigner') $$,
      'foreigner'),
    ('officer', 'an officer', 'sees grants', $$ select test.name(g.id) from role_grant g $$, 'officer'),
    ('city', 'a supervisor', 'sees grants', $$ select test.name(g.id) from role_grant g $$, 'city'),
    ('analyst', 'an analyst', 'sees grants', $$ select test.name(g.id) from role_grant g $$, 'analyst'),
    ('auditor', 'an auditor', 'sees anybody''s grants', $$ select test.name(g.id) from role_grant g where g.role = 3 $$, 'analyst former'),
    ('second', 'an admin', 'sees anybody''s grants', $$ select test.name(g.id) from role_grant g where g.role = 3 $$, 'analyst former'),
    ('officer', 'an officer', 'sees passwords', $$ select test.name(p.user_id) from account_password p $$, 'officer'),
    ('city', 'a supervisor', 'sees passwords', $$ select test.name(p.user_id) from account_password p $$, 'city'),
    ('auditor', 'an auditor', 'sees passwords', $$ select test.name(p.user_id) from account_password p $$, 'auditor'),
    ('second', 'an admin', 'reads access tokens'' hashes', $$ select s.access_hash::text from session s $$, 'denied'),
    ('second', 'an admin', 'reads refresh tokens'' hashes', $$ select s.refresh_hash::text from session s $$, 'denied'),
    ('second', 'an admin', 'reads used refresh tokens'' hashes', $$ select s.previous_refresh_hash::text from session s $$, 'denied')
) t(caller, who, what, statement, expected);

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('reading', 'who leads no more sees no sessions but his own', 'leader',
    $$ update account set leader = false where username = 'leader' $$, $$ select test.name(s.id) from session s $$, 'leader'),
  ('reading', 'a leader without an office leads nobody', 'leader',
    $$ update account set office_id = null where username in ('leader', 'officer') $$, $$ select test.name(s.id) from session s $$, 'leader');
