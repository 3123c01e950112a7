-- A small world: two cities, three counties, and somebody in every role. Who is who, and whose is what, is in the names.
set search_path = test, zoufang;

insert into region (code, parent_code, level, name, current_code)
values
  (150000000000, null, 1, '测试省', 150000000000),
  (150400000000, 150000000000, 2, '测试甲市', 150400000000),
  (150422000000, 150400000000, 3, '测试北县', 150422000000),
  (150422100000, 150422000000, 4, '测试北镇', 150422100000),
  (150422100200, 150422100000, 5, '测试北一村', 150422100200),
  (150424000000, 150400000000, 3, '测试南县', 150424000000),
  (150424100000, 150424000000, 4, '测试南镇', 150424100000),
  (150424100201, 150424100000, 5, '测试南一村', 150424100201),
  (150424100202, 150424100000, 5, '测试南二村', 150424100202),
  (150500000000, 150000000000, 2, '测试乙市', 150500000000),
  (150521000000, 150500000000, 3, '测试东县', 150521000000),
  (150521100000, 150521000000, 4, '测试东镇', 150521100000),
  (150521100200, 150521100000, 5, '测试东一村', 150521100200);
-- A village of the north that was merged into the first of the south.
insert into region (code, parent_code, level, name, current_code, successor_code, ended_on)
values (150422100201, 150422100000, 5, '测试并村', 150424100201, 150424100201, '2024-01-01');

insert into office (id, name, kind, region_code, opened_on)
values
  (test.id('office.city'), '测试市监委', 1, 150400000000, '2018-01-01'),
  (test.id('office.south'), '测试南县监委', 2, 150424000000, '2018-01-01'),
  (test.id('office.town'), '测试南镇监察办', 3, 150424100000, '2019-01-01'),
  (test.id('office.north'), '测试北县监委', 2, 150422000000, '2018-01-01'),
  (test.id('office.east'), '测试东县监委', 2, 150521000000, '2018-01-01');

insert into account (id, username, name, office_id, leader, disabled_at, etag)
select test.id(p.username), p.username, '测试人员', test.id(p.office), p.leader, p.disabled_at, sha256(p.username::bytea)
from (
  values
    ('officer', 'office.town', false, null),
    ('colleague', 'office.town', false, null),
    ('leader', 'office.town', true, null),
    ('chief', 'office.town', false, null),
    ('accused', 'office.town', false, null),
    ('leaver', 'office.town', false, now() - interval '1 day'),
    ('gone', 'office.town', false, now() - interval '15 days'),
    ('companion', 'office.south', false, null),
    ('supervisor', 'office.south', false, null),
    ('stranger', 'office.north', false, null),
    ('inspector', 'office.north', false, null),
    ('foreigner', 'office.east', false, null),
    ('city', 'office.city', false, null),
    ('village', 'office.city', false, null),
    ('eastern', 'office.east', false, null),
    ('analyst', 'office.city', false, null),
    ('former', 'office.town', false, null),
    ('auditor', 'office.city', false, null),
    ('admin', 'office.city', false, null),
    ('second', 'office.city', false, null),
    ('nobody', 'office.town', false, null)
) p(username, office, leader, disabled_at);

insert into account_password (user_id, hash)
select a.id, '$argon2id$' || a.username
from account a;

-- role: 1 officer, 2 supervisor, 3 analyst, 4 auditor, 5 admin
insert into role_grant (id, user_id, role, region_code, starts_at, ends_at, granted_by, approved_by)
select test.id('grant.' || g.username || coalesce('.' || g.mark, '')),
       test.id(g.username),
       g.role,
       g.region,
       now() + g.begins,
       now() + g.ends,
       case when g.username not in ('admin', 'second') then test.id('admin') end,
       case when g.username not in ('admin', 'second') then test.id('second') end
from (
  values
    ('officer', null, 1, 150424000000, interval '-1 year', null::interval),
    ('colleague', null, 1, 150424000000, '-1 year', null),
    ('leader', null, 1, 150424000000, '-1 year', null),
    ('chief', null, 2, 150424000000, '-1 year', null),
    ('accused', null, 1, 150424000000, '-1 year', null),
    ('leaver', null, 1, 150424000000, '-1 year', null),
    ('leaver', 'supervision', 2, 150424000000, '-1 year', null),
    ('gone', null, 1, 150424000000, '-1 year', null),
    ('companion', null, 1, 150424000000, '-1 year', null),
    ('supervisor', null, 2, 150424000000, '-1 year', null),
    ('stranger', null, 1, 150422000000, '-1 year', null),
    ('inspector', null, 1, 150422000000, '-1 year', null),
    ('inspector', 'cross', 2, 150424000000, '-1 day', '13 days'),
    ('foreigner', null, 1, 150521000000, '-1 year', null),
    ('city', null, 2, 150400000000, '-1 year', null),
    ('village', null, 2, 150424100201, '-1 year', null),
    ('eastern', null, 2, 150500000000, '-1 year', null),
    ('analyst', null, 3, 150400000000, '-1 year', null),
    ('former', null, 3, 150400000000, '-1 year', null),
    ('former', 'past', 1, 150424000000, '-1 year', '-60 days'),
    ('auditor', null, 4, 150000000000, '-1 year', null),
    ('admin', null, 5, 150000000000, '-1 year', null),
    ('admin', 'ending', 2, 150521100200, '-1 year', '1 day'),
    ('second', null, 5, 150000000000, '-1 year', null)
) g(username, mark, role, region, begins, ends);

-- Grants that wait: for the officer, and one for the second admin himself.
insert into approval (id, kind, user_id, region_code, payload, requested_by)
select test.id('approval.' || p.name), 1, test.id(p.name), 150424000000,
       jsonb_build_object('id', test.id('grant.waiting.' || p.name), 'role', 2), test.id('admin')
from (values ('officer'), ('second')) p(name);

insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at)
select test.id('session.' || a.username),
       a.id,
       test.id('device.' || a.username),
       test.token(a.username),
       now() + interval '1 hour',
       zoufang.named_hash_of(test.token(a.username)),
       now() + interval '30 days'
from account a;

-- Whose records there are.
create table test.of_offices (name text, office text);
insert into test.of_offices (name, office)
values ('near', 'office.south'), ('town', 'office.town'), ('far', 'office.north'), ('city', 'office.city'), ('elsewhere', 'office.east');

insert into campaign (id, name, domain, region_codes, starts_on, round_numbers, round_first_days, round_last_days, round_names, etag, created_by,
  written_by)
select test.id('campaign.' || c.name), '测试专项', 'poverty', array[c.region], '2020-01-01', '{1}', '{2020-01-01}', '{2020-06-30}', '{一轮}',
       sha256(c.name::bytea), test.id('city'), test.id('city')
from (values ('near', 150424000000), ('far', 150422000000), ('city', 150400000000), ('elsewhere', 150521000000)) c(name, region);

insert into visit (id, kind, region_code, current_code, recorder_id, office_id, team, started_at, ended_at, latitude, longitude, accuracy,
  visitor_names, visitor_units, material_names, material_copies, solved_descriptions, solved_leads, survey_questions, survey_answers,
  survey_counts, state, hold_reason, etag, written_by)
select test.id('visit.' || v.name), 1, v.region, r.current_code, test.id(v.recorder), a.office_id,
       array(select test.id(t) from unnest(v.team) t),
       now() - interval '2 hours', now() - interval '1 hour', 43.6, 118.1, 10, '{测试}', '{测试局}', '{册子}', '{10}', '{已解决}',
       array[null]::uuid[], '{满意吗}', '{满意}', '{3}',
       case when v.name = 'held' then 2 else 1 end, case when v.name = 'held' then 1 end, sha256(v.name::bytea), a.id
from (
  values
    ('own', 150424100201, 'officer', '{former}'::text[]),
    ('office', 150424100202, 'colleague', '{}'),
    ('team', 150424100202, 'companion', '{officer}'),
    ('county', 150424100202, 'companion', '{}'),
    ('held', 150424100202, 'stranger', '{}'),
    ('merged', 150422100201, 'stranger', '{}'),
    ('far', 150422100200, 'stranger', '{}'),
    ('elsewhere', 150521100200, 'foreigner', '{}')
) v(name, region, recorder, team)
join region r on r.code = v.region
join account a on a.id = test.id(v.recorder);

insert into lead (id, region_code, current_code, channel, class, received_at, accused_names, accused_units, accused_posts, accused_users,
  accused_offices, narrative, confidential, has_reporter, raised_by, handler_id, office_id, etag, written_by)
select test.id('lead.' || l.name), l.region, r.current_code, 1, 1, now() - interval '1 hour', '{某甲,某乙}', '{某局,某镇}', '{某职,某职}',
       array[test.id(l.accused_user), null], array[null, test.id(l.accused_office)],
       l.name, true, true, test.id(l.raised_by), test.id(l.handler), test.id(l.office), sha256(l.name::bytea), test.id(l.raised_by)
from (
  values
    ('own', 150424100201, 'officer', 'officer', 'office.town', null, null),
    ('office', 150424100202, 'colleague', 'colleague', 'office.town', null, null),
    ('handled', 150422100200, 'stranger', 'officer', null, null, null),
    ('assigned', 150422100200, 'stranger', null, 'office.town', null, null),
    ('raised', 150422100200, 'officer', 'stranger', null, null, null),
    ('county', 150424100202, 'companion', 'companion', 'office.south', null, null),
    ('merged', 150422100201, 'stranger', 'stranger', 'office.north', null, null),
    ('far', 150422100200, 'stranger', 'stranger', 'office.north', null, null),
    ('elsewhere', 150521100200, 'foreigner', 'foreigner', 'office.east', null, null),
    ('against_him', 150424100202, 'colleague', 'colleague', 'office.town', 'accused', null),
    ('against_his_office', 150424100202, 'companion', 'companion', 'office.south', null, 'office.town'),
    ('against_the_supervisor', 150424100202, 'officer', 'officer', 'office.town', 'supervisor', null)
) l(name, region, raised_by, handler, office, accused_user, accused_office)
join region r on r.code = l.region;

insert into lead_reporter (lead_id, anonymous, key, name, phone, phone_index, identity_number, identity_index, written_by)
select l.id, false, sha256(l.etag), sha256(l.etag), sha256(l.etag), sha256(l.etag), sha256(l.etag), sha256(l.etag), l.raised_by
from lead l;

insert into photo (id, visit_id, lead_id, sha256, byte_size, media_type, width, height, captured_at, latitude, longitude, accuracy,
  recorder_id, etag)
select test.id('photo.' || r.id), r.visit_id, r.lead_id, sha256(r.id::text::bytea), 1000, 'image/jpeg', 40, 30, now(), 43.6, 118.1, 10,
  r.recorder_id, sha256(r.id::text::bytea)
from (
  select v.id, v.id, null::uuid, v.recorder_id from visit v
  union all
  select l.id, null, l.id, l.raised_by from lead l
) r(id, visit_id, lead_id, recorder_id);

insert into visit_plan (id, region_code, current_code, officers, due_on, purpose, planned_by)
values
  (test.id('plan.near'), 150424100201, 150424100201, array[test.id('officer'), test.id('foreigner')], current_date, 'near', test.id('supervisor')),
  (test.id('plan.far'), 150422100200, 150422100200, array[test.id('stranger')], current_date, 'far', test.id('city'));

-- Everything was corrected once, so that there are versions.
update visit set purpose = '测试更正', etag = sha256(etag);
update lead set reason = '测试更正', etag = sha256(etag);

-- A case of each lead, with a person whose handling was approved, and asked to be reviewed.
insert into case_file (id, title, region_code, current_code, filed_at, filed_by, etag, written_by)
select test.id('case.' || l.narrative), '测试案件', l.region_code, l.current_code, now(), l.raised_by, sha256(l.etag), l.raised_by
from lead l;

insert into case_lead (lead_id, case_id, place, added_by)
select l.id, test.id('case.' || l.narrative), 1, l.raised_by
from lead l;

insert into person (id, name, added_by, added_at)
select test.id('person.' || l.narrative), '某甲', l.raised_by, now() - interval '1 hour'
from lead l;

insert into case_person (case_id, person_id, added_by)
select test.id('case.' || l.narrative), test.id('person.' || l.narrative), l.raised_by
from lead l;

insert into handling (id, case_id, person_id, form, discipline, decided_at, proposed_by, approved_by, approved_at)
select test.id('handling.' || l.narrative), test.id('case.' || l.narrative), test.id('person.' || l.narrative), 2, 1,
       now() - interval '1 hour', l.raised_by, test.id('city'), now()
from lead l;

insert into review (handling_id, kind, asked_at, written_by)
select test.id('handling.' || l.narrative), 1, now(), l.raised_by
from lead l;

-- Records of offices. Those that follow from what is told of the supervisor are hidden from him.
insert into interview (id, office_id, held_on, person_names, person_units, person_posts, reason, etag, created_by, written_by)
select test.id('interview.' || o.name), test.id(o.office), '2020-05-01', '{某甲}', '{某镇}', '{镇长}', o.name, sha256(o.name::bytea), test.id('city'),
       test.id('city')
from test.of_offices o;

insert into education (id, office_id, held_on, title, place, people_reached, note, etag, created_by, written_by)
select test.id('education.' || o.name), test.id(o.office), '2020-05-01', o.name, '礼堂', 10, '测试', sha256(o.name::bytea), test.id('city'), test.id('city')
from test.of_offices o;

insert into commendation (id, office_id, given_on, person_name, person_unit, person_post, title, reason, etag, created_by, written_by)
select test.id('commendation.' || o.name), test.id(o.office), '2020-05-01', o.name, '某镇', '干部', '清风干部', '测试', sha256(o.name::bytea),
       test.id('city'), test.id('city')
from test.of_offices o;

insert into indicator (id, kind, region_code, year, rank, ranked_of, source, note, etag, created_by, written_by)
select test.id('indicator.' || o.name), 1, f.region_code, 2020, 3, 12, o.name, '测试', sha256(o.name::bytea), test.id('city'), test.id('city')
from test.of_offices o
join office f on f.id = test.id(o.office);

insert into recommendation (id, office_id, number, addressed_to, issued_on, reply_due_on, lead_id, case_id, item_texts, item_due_on, item_verified_on,
  item_rectified, replied_on, reply, institution_names, institution_revised_on, etag, created_by, written_by)
select test.id('recommendation.' || o.name), test.id(o.office), o.name, '某局', '2020-05-01', '2020-06-01', o.lead_id, o.case_id, '{整改}', '{2020-06-01}',
       '{2020-06-02}', '{t}', '2020-05-20', '已整改', '{制度}', '{2020-05-30}', sha256(o.name::bytea), test.id('city'), test.id('city')
from (
  select f.name, f.office, null::uuid as lead_id, null::uuid as case_id from test.of_offices f
  union all
  values
    ('from_lead', 'office.south', test.id('lead.against_the_supervisor'), null),
    ('from_case', 'office.south', null, test.id('case.against_the_supervisor'))
) o;

insert into publication (id, kind, office_id, title, body, link, published_on, matter, in_force_to, views, views_read_on, case_id, etag, created_by, written_by)
select test.id('publication.' || o.name), o.kind, test.id(o.office), o.name, '测试', 'https://example.org/', '2020-05-01',
       case when o.kind = 1 then 2 end, case when o.kind = 1 then '2020-12-31'::date end,
       case when o.kind = 2 then 100 end, case when o.kind = 2 then '2020-06-01'::date end, o.case_id, sha256(o.name::bytea), test.id('city'), test.id('city')
from (
  select f.name, f.office, case f.name when 'town' then 1 else 2 end as kind, null::uuid as case_id from test.of_offices f
  union all
  values ('from_case', 'office.south', 3, test.id('case.against_the_supervisor'))
) o;

insert into test.named (id, name)
select test.id(k.kind || n.name), n.name
from (values ('visit.'), ('lead.'), ('case.'), ('person.'), ('handling.')) k(kind)
cross join (
  values ('own'), ('office'), ('team'), ('county'), ('held'), ('merged'), ('far'), ('elsewhere'), ('handled'), ('assigned'), ('raised'),
    ('against_him'), ('against_his_office'), ('against_the_supervisor')
) n(name)
union all
select a.id, a.username from account a
union all
select test.id('session.' || a.username), a.username from account a
union all
select a.id, u.username from approval a join account u on u.id = a.user_id
union all
select g.id, a.username from role_grant g join account a on a.id = g.user_id
union all
select test.id(k.kind || '.' || n.name), n.name
from unnest(array['campaign', 'interview', 'education', 'commendation', 'indicator', 'recommendation', 'publication']) k(kind)
cross join unnest(array['near', 'town', 'far', 'city', 'elsewhere', 'from_lead', 'from_case']) n(name);

analyze;
