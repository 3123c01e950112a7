-- Who may write what, and where: by policies and grants alone, whatever the statement.
set search_path = test, zoufang;

-- The columns that each statement below fills in for a new record.
create function test.visit_by(recorder text, written_by text) returns text
language sql immutable as $$
  select format(
    'insert into visit (id, kind, region_code, current_code, recorder_id, started_at, state, etag, written_by)
     values (test.id(''visit.new''), 1, 150424100202, 150424100202, test.id(%L), now(), 1, sha256(''new''), test.id(%L))',
    recorder, written_by)
$$;

create function test.lead_by(raised_by text, written_by text, accused text default null, office text default null) returns text
language sql immutable as $$
  select format(
    'insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, raised_by, handler_id, etag,
       written_by, accused_names, accused_units, accused_posts, accused_users, accused_offices)
     values (test.id(''lead.new''), 150422100200, 150422100200, 1, 1, now(), ''new'', true, test.id(%1$L), test.id(%1$L), sha256(''new''),
       test.id(%2$L), ''{某甲}'', array[null], array[null], array[test.id(%3$L)], array[test.id(%4$L)])',
    raised_by, written_by, accused, office)
$$;

create function test.photo_by(recorder text) returns text
language sql immutable as $$
  select format(
    'insert into photo (id, visit_id, sha256, byte_size, media_type, width, height, captured_at, recorder_id, etag)
     values (test.id(''photo.new''), test.id(''visit.own''), sha256(''new''), 1, ''image/png'', 1, 1, now(), test.id(%L), sha256(''new''))',
    recorder)
$$;

create function test.note_on(lead text, actor text) returns text
language sql immutable as $$
  select format('insert into lead_event (lead_id, kind, actor_id, note) values (test.id(''lead.%s''), 3, test.id(%L), ''new'')', lead, actor)
$$;

create function test.reporter_of(lead text, written_by text) returns text
language sql immutable as $$
  select format('insert into lead_reporter (lead_id, anonymous, written_by) values (test.id(''lead.%s''), true, test.id(%L))', lead, written_by)
$$;

create function test.grant_to(grantee text) returns text
language sql immutable as $$
  select format(
    'insert into role_grant (id, user_id, role, region_code) values (test.id(''grant.new''), test.id(%L), 2, 150400000000)', grantee)
$$;

grant execute on all functions in schema test to zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
values
  -- Visits.
  ('writing', 'an officer records a visit', 'officer', test.visit_by('officer', 'officer'), '1 rows'),
  ('writing', 'nobody records a visit in another''s name', 'officer', test.visit_by('colleague', 'officer'), 'denied'),
  ('writing', 'nobody says that another wrote his visit', 'officer', test.visit_by('officer', 'colleague'), 'denied'),
  ('writing', 'nobody records a visit without a call', null, test.visit_by('officer', 'officer'), 'denied'),
  ('writing', 'an officer changes his own visits alone', 'officer', $$ update visit set purpose = 'new' $$, '1 rows'),
  ('writing', 'an officer does not change what his team recorded', 'officer',
    $$ update visit set purpose = 'new' where id = test.id('visit.team') $$, '0 rows'),
  ('writing', 'an officer does not change what his office recorded', 'officer',
    $$ update visit set purpose = 'new' where id = test.id('visit.office') $$, '0 rows'),
  ('writing', 'a leader does not change what his office recorded', 'leader', $$ update visit set purpose = 'new' $$, '0 rows'),
  ('writing', 'a supervisor changes visits in scope alone', 'supervisor', $$ update visit set purpose = 'new' $$, '6 rows'),
  ('writing', 'a supervisor changes no visit out of scope', 'supervisor',
    $$ update visit set purpose = 'new' where id = test.id('visit.far') $$, '0 rows'),
  ('writing', 'a cross-inspector changes visits in scope and his own', 'inspector', $$ update visit set purpose = 'new' $$, '6 rows'),
  ('writing', 'an analyst changes no visit', 'analyst', $$ update visit set purpose = 'new' $$, '0 rows'),
  ('writing', 'an auditor changes no visit', 'auditor', $$ update visit set purpose = 'new' $$, '0 rows'),
  ('writing', 'an admin changes no visit', 'second', $$ update visit set purpose = 'new' $$, '0 rows'),
  ('writing', 'nobody changes a visit without a call', null, $$ update visit set purpose = 'new' $$, '0 rows'),
  ('writing', 'a visit keeps its recorder', 'city', $$ update visit set recorder_id = test.id('city') $$, 'denied'),
  ('writing', 'a visit keeps its office', 'city', $$ update visit set office_id = test.id('office.city') $$, 'denied'),
  ('writing', 'a visit keeps the time it was received', 'city', $$ update visit set received_at = now() $$, 'denied'),
  ('writing', 'nobody says who wrote a visit''s version', 'city', $$ update visit set written_by = test.id('city') $$, 'denied'),
  ('writing', 'nobody removes a visit', 'city', $$ delete from visit $$, 'denied'),
  ('writing', 'nobody writes who took part by himself', 'city',
    $$ insert into visit_member (user_id, started_at, visit_id) values (me(), now(), test.id('visit.own')) $$, 'denied'),
  ('writing', 'nobody removes who took part', 'city', $$ delete from visit_member $$, 'denied'),
  ('writing', 'nobody makes a version of a visit', 'city', $$ insert into visit_version select v.* from visit v $$, 'denied'),
  ('writing', 'nobody changes a version of a visit', 'city', $$ update visit_version set purpose = 'new' $$, 'denied'),
  ('writing', 'nobody removes a version of a visit', 'city', $$ delete from visit_version $$, 'denied'),
  -- Leads.
  ('writing', 'an officer raises a lead', 'officer', test.lead_by('officer', 'officer'), '1 rows'),
  ('writing', 'nobody raises a lead in another''s name', 'officer', test.lead_by('colleague', 'officer'), 'denied'),
  ('writing', 'nobody says that another wrote his lead', 'officer', test.lead_by('officer', 'colleague'), 'denied'),
  ('writing', 'nobody raises a lead without a call', null, test.lead_by('officer', 'officer'), 'denied'),
  ('writing', 'an officer changes the leads that he raised or handles, and those that nobody handles in his office', 'officer',
    $$ update lead set reason = 'new' $$, '5 rows'),
  ('writing', 'an officer does not change what his colleague handles', 'officer',
    $$ update lead set reason = 'new' where id = test.id('lead.office') $$, '0 rows'),
  ('writing', 'a leader does not change what others of his office handle', 'leader',
    $$ update lead set reason = 'new' where handler_id is not null $$, '0 rows'),
  ('writing', 'a lead that nobody handles is changed by the members of its office', 'leader', $$ update lead set reason = 'new' $$, '1 rows'),
  ('writing', 'a supervisor changes leads in scope but those against him, also by a statement that forgets where', 'supervisor',
    $$ update lead set reason = 'new' $$, '6 rows'),
  ('writing', 'a supervisor changes no lead out of scope', 'supervisor',
    $$ update lead set reason = 'new' where id = test.id('lead.far') $$, '0 rows'),
  ('writing', 'a supervisor does not change the lead against him', 'supervisor',
    $$ update lead set reason = 'new' where id = test.id('lead.against_the_supervisor') $$, '0 rows'),
  ('writing', 'a supervisor does not change the lead against his office', 'chief',
    $$ update lead set reason = 'new' where id = test.id('lead.against_his_office') $$, '0 rows'),
  ('writing', 'an analyst changes no lead', 'analyst', $$ update lead set reason = 'new' $$, '0 rows'),
  ('writing', 'an auditor changes no lead', 'auditor', $$ update lead set reason = 'new' $$, '0 rows'),
  ('writing', 'an admin changes no lead', 'second', $$ update lead set reason = 'new' $$, '0 rows'),
  ('writing', 'nobody changes a lead without a call', null, $$ update lead set reason = 'new' $$, '0 rows'),
  ('writing', 'a lead keeps who raised it', 'city', $$ update lead set raised_by = test.id('city') $$, 'denied'),
  ('writing', 'a lead keeps the time it was uploaded', 'city', $$ update lead set uploaded_at = now() $$, 'denied'),
  ('writing', 'nobody says who wrote a lead''s version', 'city', $$ update lead set written_by = test.id('city') $$, 'denied'),
  ('writing', 'nobody removes a lead', 'city', $$ delete from lead $$, 'denied'),
  ('writing', 'nobody makes a version of a lead', 'city', $$ insert into lead_version select l.* from lead l $$, 'denied'),
  ('writing', 'nobody changes a version of a lead', 'city', $$ update lead_version set reason = 'new' $$, 'denied'),
  ('writing', 'nobody removes a version of a lead', 'city', $$ delete from lead_version $$, 'denied'),
  ('writing', 'who handles a lead adds to its timeline', 'officer', test.note_on('handled', 'officer'), '1 rows'),
  ('writing', 'a supervisor adds to a timeline in scope', 'supervisor', test.note_on('office', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor adds to no timeline out of scope', 'supervisor', test.note_on('far', 'supervisor'), 'denied'),
  ('writing', 'who only sees a lead adds nothing to its timeline', 'officer', test.note_on('office', 'officer'), 'denied'),
  ('writing', 'nobody adds to a timeline in another''s name', 'officer', test.note_on('own', 'colleague'), 'denied'),
  ('writing', 'who is complained of adds nothing to the timeline', 'supervisor',
    test.note_on('against_the_supervisor', 'supervisor'), 'denied'),
  ('writing', 'an analyst adds nothing to a timeline', 'analyst', test.note_on('own', 'analyst'), 'denied'),
  ('writing', 'nobody adds to a timeline without a call', null, test.note_on('own', 'officer'), 'denied'),
  ('writing', 'nobody dates an entry of a timeline', 'officer',
    $$ insert into lead_event (lead_id, kind, actor_id, at) values (test.id('lead.own'), 3, me(), now() - interval '1 day') $$, 'denied'),
  ('writing', 'nobody changes a timeline', 'city', $$ update lead_event set note = 'new' $$, 'denied'),
  ('writing', 'nobody removes from a timeline', 'city', $$ delete from lead_event $$, 'denied'),
  ('writing', 'who writes a lead replaces its reporter: raised or handled', 'officer',
    $$ update lead_reporter set written_by = test.id('officer') $$, '4 rows'),
  ('writing', 'a supervisor replaces reporters in scope but of the lead against him', 'supervisor',
    $$ update lead_reporter set written_by = test.id('supervisor') $$, '6 rows'),
  ('writing', 'who only sees a lead does not replace its reporter', 'leader',
    $$ update lead_reporter set written_by = test.id('leader') $$, '0 rows'),
  ('writing', 'who is complained of does not replace the reporter', 'accused',
    $$ update lead_reporter set written_by = test.id('accused') $$, '0 rows'),
  ('writing', 'nobody replaces a reporter in another''s name', 'officer',
    $$ update lead_reporter set written_by = test.id('colleague') $$, 'denied'),
  ('writing', 'nobody replaces a reporter without a call', null, $$ update lead_reporter set anonymous = true $$, '0 rows'),
  ('writing', 'nobody removes a reporter', 'city', $$ delete from lead_reporter $$, 'denied'),
  -- Photos.
  ('writing', 'an officer uploads a photo', 'officer', test.photo_by('officer'), '1 rows'),
  ('writing', 'nobody uploads a photo in another''s name', 'officer', test.photo_by('colleague'), 'denied'),
  ('writing', 'nobody uploads a photo without a call', null, test.photo_by('officer'), 'denied'),
  ('writing', 'nobody changes a photo', 'city', $$ update photo set caption = 'new' $$, 'denied'),
  ('writing', 'nobody removes a photo', 'city', $$ delete from photo $$, 'denied'),
  -- People.
  ('writing', 'an admin makes an account', 'second',
    $$ insert into account (id, username, name, etag) values (test.id('new'), 'new.one', '测试', sha256('new')) $$, '1 rows'),
  ('writing', 'an admin makes an account in an office', 'second',
    $$ insert into account (id, username, name, etag, office_id)
       values (test.id('new'), 'new.one', '测试', sha256('new'), test.id('office.town')) $$, '1 rows'),
  ('writing', 'a supervisor makes no account', 'city',
    $$ insert into account (id, username, name, etag) values (test.id('new'), 'new.one', '测试', sha256('new')) $$, 'denied'),
  ('writing', 'nobody makes an account without a call', null,
    $$ insert into account (id, username, name, etag) values (test.id('new'), 'new.one', '测试', sha256('new')) $$, 'denied'),
  ('writing', 'an admin changes an account', 'second', $$ update account set name = '测试' where username = 'officer' $$, '1 rows'),
  ('writing', 'an admin moves somebody to another office', 'second',
    $$ update account set office_id = test.id('office.north') where username = 'officer' $$, '1 rows'),
  ('writing', 'a supervisor changes no account, not his own', 'city', $$ update account set name = '测试' $$, '0 rows'),
  ('writing', 'an auditor changes no account', 'auditor', $$ update account set leader = true $$, '0 rows'),
  ('writing', 'nobody changes an account without a call', null, $$ update account set leader = true $$, '0 rows'),
  ('writing', 'an account keeps its username', 'second', $$ update account set username = 'new.one' $$, 'denied'),
  ('writing', 'nobody removes an account', 'second', $$ delete from account $$, 'denied'),
  ('writing', 'a supervisor sets nobody''s password', 'city',
    $$ insert into account_password (user_id, hash) values (test.id('officer'), '$argon2id$new') on conflict do nothing $$, 'denied'),
  ('writing', 'an officer replaces his own password alone', 'officer', $$ update account_password set hash = '$argon2id$new' $$, '1 rows'),
  ('writing', 'an admin replaces nobody''s password by statement', 'second',
    $$ update account_password set hash = '$argon2id$new' where user_id = test.id('officer') $$, '0 rows'),
  ('writing', 'nobody replaces a password without a call', null, $$ update account_password set hash = '$argon2id$new' $$, '0 rows'),
  ('writing', 'nobody removes a password', 'second', $$ delete from account_password $$, 'denied'),
  ('writing', 'nobody writes by himself who was where a member', 'second',
    $$ insert into office_member (user_id, office_id, joined_on) values (me(), test.id('office.town'), '2020-01-01') $$, 'denied'),
  ('writing', 'an admin grants nothing by statement', 'second', test.grant_to('officer'), 'denied'),
  ('writing', 'nobody grants without a call', null, test.grant_to('officer'), 'denied'),
  ('writing', 'an admin ends a grant', 'second', $$ update role_grant set ends_at = now() where user_id = test.id('officer') $$, '1 rows'),
  ('writing', 'an admin ends a grant of his own', 'admin',
    $$ update role_grant set ends_at = now() where id = test.id('grant.admin.ending') $$, '1 rows'),
  ('writing', 'an admin does not prolong a grant of his own', 'admin',
    $$ update role_grant set ends_at = null where id = test.id('grant.admin.ending') $$, 'denied'),
  ('writing', 'an admin prolongs nobody''s grant', 'second',
    $$ update role_grant set ends_at = ends_at + interval '1 day' where id = test.id('grant.inspector.cross') $$, 'denied'),
  ('writing', 'a grant that ends sooner ends sooner', 'second',
    $$ update role_grant set ends_at = ends_at - interval '1 day' where id = test.id('grant.inspector.cross') $$, '1 rows'),
  ('writing', 'a supervisor ends no grant', 'city', $$ update role_grant set ends_at = now() $$, '0 rows'),
  ('writing', 'a grant keeps its role', 'second', $$ update role_grant set role = 5 $$, 'denied'),
  ('writing', 'a grant keeps its region', 'second', $$ update role_grant set region_code = 150400000000 $$, 'denied'),
  ('writing', 'a grant''s range is not for writing', 'second', $$ update role_grant set first = 0, last = 999999999999 $$, 'denied'),
  ('writing', 'nobody removes a grant', 'second', $$ delete from role_grant $$, 'denied'),
  -- Sessions.
  ('writing', 'one ends one''s own session', 'officer',
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = me() $$, '1 rows'),
  ('writing', 'one ends no other''s session', 'officer',
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = test.id('colleague') $$, '0 rows'),
  ('writing', 'a statement that forgets where ends one''s own sessions alone', 'city',
    $$ update session set revoked_at = now(), revoked_by = test.id('city') $$, '1 rows'),
  ('writing', 'a leader ends a session of his office', 'leader',
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = test.id('colleague') $$, '1 rows'),
  ('writing', 'a leader ends no session of another office', 'leader',
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = test.id('companion') $$, '0 rows'),
  ('writing', 'an admin ends anybody''s session', 'second',
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = test.id('foreigner') $$, '1 rows'),
  ('writing', 'nobody ends a session in another''s name', 'second',
    $$ update session set revoked_at = now(), revoked_by = test.id('officer') where user_id = test.id('foreigner') $$, 'denied'),
  ('writing', 'nobody takes back that a session was ended', 'officer', $$ update session set revoked_at = null $$, 'denied'),
  ('writing', 'nobody ends a session without a call', null, $$ update session set revoked_at = now() $$, '0 rows'),
  ('writing', 'nobody prolongs a session', 'second', $$ update session set expires_at = 'infinity' $$, 'denied'),
  ('writing', 'nobody plants a session', 'second',
    $$ insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at)
       values (gen_random_uuid(), test.id('city'), gen_random_uuid(), zoufang.named_hash_of('a'), now() + interval '1 hour', zoufang.named_hash_of('b'),
         now() + interval '1 day') $$, 'denied'),
  ('writing', 'nobody removes a session', 'second', $$ delete from session $$, 'denied'),
  -- What is imported or set by migrations.
  ('writing', 'nobody changes a region by statement', 'second', $$ update region set name = '测试' $$, 'denied'),
  -- The audit.
  ('writing', 'nobody writes to the audit by himself', 'auditor',
    $$ insert into audit (actor, action, kind, result) values ('x', 'created', 'x', 'x') $$, 'denied'),
  ('writing', 'nobody changes the audit', 'auditor', $$ update audit set result = 'x' $$, 'denied'),
  ('writing', 'nobody removes from the audit', 'auditor', $$ delete from audit $$, 'denied');

-- Sealed reporters of leads that have none yet.
insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'who writes a lead adds its reporter', 'officer', $$ delete from lead_reporter $$, test.reporter_of('own', 'officer'), '1 rows'),
  ('writing', 'nobody adds a reporter in another''s name', 'officer', $$ delete from lead_reporter $$,
    test.reporter_of('own', 'colleague'), 'denied'),
  ('writing', 'nobody adds a reporter to a lead out of sight', 'officer', $$ delete from lead_reporter $$,
    test.reporter_of('far', 'officer'), 'denied'),
  ('writing', 'who is complained of adds no reporter', 'accused', $$ delete from lead_reporter $$,
    test.reporter_of('against_him', 'accused'), 'denied'),
  ('writing', 'an admin sets nobody''s first password by statement', 'second',
    $$ delete from account_password where user_id = test.id('nobody') $$,
    $$ insert into account_password (user_id, hash) values (test.id('nobody'), '$argon2id$new') $$, 'denied'),
  ('writing', 'nobody gives his password to another', 'officer', $$ delete from account_password where user_id = test.id('city') $$,
    $$ update account_password set user_id = test.id('city') where user_id = test.id('officer') $$, 'denied'),
  ('writing', 'one sets oneself no first password', 'officer', $$ delete from account_password where user_id = test.id('officer') $$,
    $$ insert into account_password (user_id, hash) values (test.id('officer'), '$argon2id$new') $$, 'denied');

-- Whoever writes a row sees it until the end of that transaction, also where the write puts it out of his sight.
insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('writing', 'who raises a lead against himself is not told so by a failure', 'officer', test.lead_by('officer', 'officer', 'officer'),
    $$ select l.narrative from lead l where l.id = test.id('lead.new') $$, 'new'),
  ('writing', 'who raises a lead against his office is not told so by a failure', 'officer',
    test.lead_by('officer', 'officer', null, 'office.town'), $$ select l.narrative from lead l where l.id = test.id('lead.new') $$, 'new'),
  ('writing', 'who raises a lead against himself adds its reporter with it', 'officer', test.lead_by('officer', 'officer', 'officer'),
    test.reporter_of('new', 'officer'), '1 rows'),
  ('writing', 'who records a visit sees it, wherever it was', 'officer', test.visit_by('officer', 'officer'),
    $$ select v.region_code from visit v where v.id = test.id('visit.new') $$, '150424100202'),
  ('writing', 'who uploads a photo to a lead out of his sight is not told so by a failure', 'officer',
    $$ insert into photo (id, lead_id, sha256, byte_size, media_type, width, height, captured_at, recorder_id, etag)
       values (test.id('photo.new'), test.id('lead.far'), sha256('new'), 1, 'image/png', 1, 1, now(), me(), sha256('new')) $$,
    $$ select p.width from photo p where p.id = test.id('photo.new') $$, '1'),
  ('writing', 'who matches himself as complained of is not told so by a failure', 'officer',
    $$ update lead set accused_users = array[null, me()] where id = test.id('lead.own') $$,
    $$ select test.name(l.id) from lead l where l.id = test.id('lead.own') $$, 'own'),
  ('writing', 'a supervisor who moves a visit out of his scope is not told so by a failure', 'supervisor',
    $$ update visit set region_code = 150422100200, current_code = 150422100200 where id = test.id('visit.office') $$,
    $$ select test.name(v.id) from visit v where v.id = test.id('visit.office') $$, 'office'),
  ('writing', 'a new visit has its recorder and team as members', 'officer', test.visit_by('officer', 'officer'),
    $$ select test.name(m.user_id) from visit_member m where m.visit_id = test.id('visit.new') $$, 'officer'),
  ('writing', 'a corrected team is followed by the members', 'officer',
    $$ update visit set team = array[test.id('leader')], etag = sha256('new') where id = test.id('visit.own') $$,
    $$ select test.name(m.user_id) from visit_member m where m.visit_id = test.id('visit.own') $$, 'leader officer'),
  ('writing', 'a corrected position is followed by the members', 'officer',
    $$ update visit set latitude = 43.1, etag = sha256('new') where id = test.id('visit.own') $$,
    $$ select distinct m.latitude || ' ' || m.longitude from visit_member m where m.visit_id = test.id('visit.own') $$, '43.1 118.1'),
  ('writing', 'a corrected visit keeps its version, with who wrote which', 'supervisor',
    $$ update visit set purpose = 'new', etag = sha256('new') where id = test.id('visit.own') $$,
    $$ select test.name(v.written_by) from visit v where v.id = test.id('visit.own')
       union all select test.name(o.written_by) from visit_version o where o.id = test.id('visit.own') $$, 'officer officer supervisor'),
  ('writing', 'a corrected lead keeps its version, with who wrote which', 'supervisor',
    $$ update lead set narrative = 'new', etag = sha256('new') where id = test.id('lead.own') $$,
    $$ select test.name(l.written_by) from lead l where l.id = test.id('lead.own')
       union all select test.name(o.written_by) from lead_version o where o.id = test.id('lead.own') $$, 'officer officer supervisor'),
  ('writing', 'a lead''s timeline begins with who raised it', 'officer', test.lead_by('officer', 'officer'),
    $$ select e.kind || ' ' || test.name(e.actor_id) from lead_event e where e.lead_id = test.id('lead.new') $$, '1 officer'),
  ('writing', 'a correction is told in the timeline', 'officer',
    $$ update lead set narrative = 'new', etag = sha256('new') where id = test.id('lead.own') $$,
    $$ select e.kind || ' ' || test.name(e.actor_id) from lead_event e where e.lead_id = test.id('lead.own') and e.at = now() $$,
    '2 officer'),
  ('writing', 'a match is told in the timeline', 'officer',
    $$ update lead set accused_users = array[test.id('city'), null], etag = sha256('new') where id = test.id('lead.own') $$,
    $$ select e.kind || ' ' || test.name(e.actor_id) from lead_event e where e.lead_id = test.id('lead.own') and e.at = now() $$,
    '4 officer'),
  ('writing', 'who is moved is a member of the new office, and no more of the old', 'second',
    $$ update account set office_id = test.id('office.north') where username = 'companion' $$,
    $$ select m.office_id = test.id('office.north') from office_member m where m.user_id = test.id('companion') and m.left_on is null $$,
    'true');
