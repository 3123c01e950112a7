-- What the audit tells: every change of every audited table, whoever makes it, with who and where from.
set search_path = test, zoufang;

-- What the transaction has written to the audit so far.
create function test.told(of_kind text) returns setof text
language sql stable as $$
  select concat_ws(' ', a.action, a.kind, a.result)
  from zoufang.audit a
  where a.at >= now()
    and a.kind = of_kind
$$;

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('%s: %s is told, also of the owner', t.subject, t.act), t.given, format('select test.told(%L)', t.kind), t.told
from (
  values
    ('region', 'region', 'a new one', $$ insert into region (code, parent_code, level, name, current_code)
       values (150521100201, 150521100000, 5, '测试村', 150521100201) $$, 'created region 1 records'),
    ('region', 'region', 'a change', $$ update region set name = '测试' where level = 3 $$, 'changed region 3 records'),
    ('office', 'office', 'a new one', $$ insert into office (id, name, kind, region_code, opened_on)
       values (test.id('new'), '测试', 4, 150521100200, '2020-01-01') $$, 'created office done'),
    ('office', 'office', 'a change', $$ update office set name = '测试' where id = test.id('office.east') $$, 'changed office done'),
    ('office', 'office', 'its removal', $$ insert into office (id, name, kind, region_code, opened_on)
       values (test.id('new'), '测试', 4, 150521100200, '2020-01-01'); delete from office where id = test.id('new') $$,
      'created office done removed office done'),
    ('account', 'user', 'a new one', $$ insert into account (id, username, name, etag) values (test.id('new'), 'new.one', '测试', sha256('')) $$,
      'created user done'),
    ('account', 'user', 'a change', $$ update account set disabled_at = now() where username = 'officer' $$, 'changed user done'),
    ('account', 'user', 'its removal', $$ insert into account (id, username, name, etag) values (test.id('new'), 'new.one', '测试', sha256(''));
       delete from account where username = 'new.one' $$, 'created user done removed user done'),
    ('account_password', 'password', 'its removal and a new one', $$ delete from account_password where user_id = test.id('officer');
       insert into account_password (user_id, hash) values (test.id('officer'), '$argon2id$new') $$,
      'created password done removed password done'),
    ('account_password', 'password', 'a change', $$ update account_password set hash = '$argon2id$new' where user_id = test.id('officer') $$,
      'changed password done'),
    ('role_grant', 'grant', 'a new one', $$ insert into role_grant (id, user_id, role, region_code)
       values (test.id('new'), test.id('officer'), 2, 150424100201) $$, 'created grant done'),
    ('role_grant', 'grant', 'a change', $$ update role_grant set ends_at = now() where id = test.id('grant.officer') $$, 'changed grant done'),
    ('role_grant', 'grant', 'its removal', $$ delete from role_grant where id = test.id('grant.officer') $$, 'removed grant done'),
    ('session', 'session', 'a new one', $$ insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at)
       values (gen_random_uuid(), test.id('officer'), gen_random_uuid(), zoufang.named_hash_of('a'), now(), zoufang.named_hash_of('b'), now()) $$,
      'created session signed in'),
    ('session', 'session', 'its end', $$ update session set revoked_at = now(), revoked_by = user_id where user_id = test.id('officer') $$,
      'removed session signed out'),
    ('session', 'session', 'its end by the server', $$ update session set revoked_at = now() where user_id = test.id('officer') $$,
      'removed session ended by the server'),
    ('session', 'session', 'a refresh, which is none,', $$ update session set refreshed_at = now() $$, 'nothing'),
    ('term', 'term', 'a new one', $$ insert into term (vocabulary, code, name, place) values (1, 'new', '测试', 50) $$, 'created term done'),
    ('term', 'term', 'a change', $$ update term set retired = true where vocabulary = 1 and code = 'coal' $$, 'changed term done'),
    ('term', 'term', 'its removal', $$ delete from term where vocabulary = 1 and code = 'coal' $$, 'removed term done'),
    ('visit', 'visit', 'its removal', $$ delete from photo; delete from visit_version; delete from visit where id = test.id('visit.own') $$,
      'removed visit done'),
    ('lead', 'lead', 'its removal', $$ alter table lead_event disable trigger lead_event_is_final; delete from lead_event; delete from photo;
       alter table case_event disable trigger case_event_is_final; delete from case_event; delete from lead_reporter; delete from lead_version; delete from case_lead; delete from lead where id = test.id('lead.own') $$, 'removed lead done'),
    ('lead_event', 'event', 'its removal by who switches its guard off', $$ alter table lead_event disable trigger lead_event_is_final;
       delete from lead_event where lead_id = test.id('lead.far') and kind = 1 $$, 'removed event done'),
    ('lead_event', 'event', 'a change by who switches its guard off', $$ alter table lead_event disable trigger lead_event_is_final;
       update lead_event set note = '测试' where lead_id = test.id('lead.far') and kind = 1 $$, 'changed event done'),
    ('lead_reporter', 'reporter', 'its removal', $$ delete from lead_reporter where lead_id = test.id('lead.own') $$, 'removed reporter done'),
    ('photo', 'photo', 'a change', $$ update photo set caption = '测试' where visit_id = test.id('visit.own') $$, 'changed photo done'),
    ('photo', 'photo', 'its removal', $$ delete from photo where visit_id = test.id('visit.own') $$, 'removed photo done')
) t(subject, kind, act, given, told);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('audit', 'region: its removal is told, also of the owner',
    $$ insert into region (code, parent_code, level, name, current_code) values (150521100201, 150521100000, 5, '测试村', 150521100201);
       delete from region where code = 150521100201 $$, $$ select test.told('region') $$, 'created region 1 records removed region 1 records'),
  ('audit', 'an update that changes nothing is not told', $$ update visit set purpose = purpose $$, $$ select test.told('visit') $$, 'nothing'),
  ('audit', 'an import that moves records to another code changes none of them',
    $$ update visit set current_code = 150424100202 where id = test.id('visit.own') $$, $$ select test.told('visit') $$, 'nothing'),
  ('audit', 'the owner''s acts are told under his name', $$ update account set phone = '1' where username = 'officer' $$,
    $$ select a.actor from audit a where a.at >= now() $$, 'zoufang_owner'),
  ('audit', 'the command line''s acts are told under the system user''s name',
    $$ set local zoufang.operator = 'wang'; update account set phone = '1' where username = 'officer' $$, $$ select a.actor from audit a where a.at >= now() $$, 'wang');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('audit', 'a new visit is told', 'officer', test.visit_by('officer', 'officer'), $$ select test.told('visit') $$, 'created visit done'),
  ('audit', 'a corrected visit is told', 'officer', $$ update visit set purpose = 'new' where id = test.id('visit.own') $$,
    $$ select test.told('visit') $$, 'changed visit done'),
  ('audit', 'a new lead is told, with its timeline', 'officer', test.lead_by('officer', 'officer'),
    $$ select test.told('lead') union all select test.told('event') $$, 'created event done created lead done'),
  ('audit', 'a new lead against oneself is told', 'officer', test.lead_by('officer', 'officer', 'officer'), $$ select test.told('lead') $$,
    'created lead done'),
  ('audit', 'a corrected lead is told', 'officer', $$ update lead set reason = 'new' where id = test.id('lead.own') $$,
    $$ select test.told('lead') $$, 'changed lead done'),
  ('audit', 'a note is told', 'officer', test.note_on('own', 'officer'), $$ select test.told('event') $$, 'created event done'),
  ('audit', 'a reporter is told, and not who', 'officer',
    concat_ws('; ', test.lead_by('officer', 'officer'), test.reporter_of('new', 'officer')), $$ select test.told('reporter') $$,
    'created reporter done'),
  ('audit', 'a replaced reporter is told', 'officer',
    $$ update lead_reporter set written_by = me(), anonymous = true where lead_id = test.id('lead.own') $$,
    $$ select test.told('reporter') $$, 'changed reporter done'),
  ('audit', 'a new photo is told', 'officer', test.photo_by('officer'), $$ select test.told('photo') $$, 'created photo done'),
  ('audit', 'an opened record is told', 'officer', $$ select audit_read('lead', test.id('lead.own')) $$, $$ select test.told('lead') $$,
    'opened lead done'),
  ('audit', 'an export that begins is told', 'city', $$ select export_begun('begun, all') $$, $$ select test.told('export') $$,
    'opened export begun, all'),
  ('audit', 'an export''s end is told of who began it, by nobody', null,
    $$ select export_ended(test.token('city'), test.id('an export'), '192.0.2.9', 'complete') $$,
    $$ select concat_ws(' ', test.name(a.actor_id), test.name(a.session_id), a.action, a.kind, a.record = test.id('an export')::text, a.peer, a.result)
       from audit a where a.at >= now() $$, 'city city opened export t 192.0.2.9 complete'),
  ('audit', 'refused items are told, each', 'officer',
    $$ select audit_refused(array['visit', 'visit'], array[test.id('a'), test.id('b')], 'NOT_FOUND') $$,
    $$ select concat_ws(' ', a.action, a.kind, a.result) from audit a where a.at >= now() $$, 'refused visit NOT_FOUND refused visit NOT_FOUND'),
  ('audit', 'a refusal is told of whoever asked', null,
    $$ select audit_refusal(test.token('officer'), 'LeadService/GetLead', null, 5, 'NOT_FOUND', '192.0.2.9', array['abc']) $$,
    $$ select concat_ws(' ', test.name(a.actor_id), a.action, a.method, a.peer, a.record, a.result) from audit a where a.at >= now() $$,
    'officer refused LeadService/GetLead 192.0.2.9 abc 5 NOT_FOUND'),
  ('audit', 'a refusal is told of an unknown asker too', null,
    $$ select audit_refusal(null, 'LeadService/GetLead', null, 16, 'UNAUTHENTICATED', '192.0.2.9') $$,
    $$ select a.actor from audit a where a.at >= now() $$, 'unknown'),
  ('audit', 'a change is told with who, session, method, peer and record', 'officer',
    $$ update visit set purpose = 'new' where id = test.id('visit.own') $$,
    $$ select concat_ws(' ', test.name(a.actor_id), test.name(a.session_id), a.method, a.peer, test.name(a.record::uuid),
         length(a.record_hash)) from audit a where a.at >= now() $$, 'officer officer LeadService/GetLead 192.0.2.1 own 33'),
  ('audit', 'an altered record no longer fits its hash', 'officer', $$ update visit set purpose = 'new' where id = test.id('visit.own') $$,
    $$ select concat_ws(' ', record_hash(to_jsonb(v)) = a.record_hash, record_hash(to_jsonb(v) || '{"purpose": "old"}') = a.record_hash)
       from audit a join visit v on v.id = a.record::uuid where a.at >= now() $$, 't f');
