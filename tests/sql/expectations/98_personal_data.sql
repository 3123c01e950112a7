-- Personal data: who sees whom a request is about, and who opens what is held about him.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('calls', 'approved_request'),
  ('calls', 'is_told_to_accused'),
  ('calls', 'subject_account'),
  ('calls', 'subject_grants'),
  ('calls', 'subject_sessions'),
  ('writes whole', 'personal_data_request.insert');

-- A request about the officer, of the southern county unless it says otherwise, asked for by its supervisor; with one column made otherwise.
create function test.data_row(assignment text default '') returns text
language sql immutable as $$
  select format(
    'insert into personal_data_request (id, approval_id, key, name, phone, phone_index, identity_number, identity_index, unit)
     select r.id, r.approval_id, r.key, r.name, r.phone, r.phone_index, r.identity_number, r.identity_index, r.unit
     from (
       select test.id(''data'') as id, test.id(''approval.data'') as approval_id, sha256(''k'') as key, sha256(''n'') as name, sha256(''p'') as phone,
              sha256(''i'') as phone_index, sha256(''d'') as identity_number, sha256(''j'') as identity_index, ''某局'' as unit
     ) o
     cross join lateral (select (jsonb_populate_record(null::personal_data_request, to_jsonb(o) || %L::jsonb)).*) r',
    coalesce(nullif(assignment, ''), '{}'))
$$;

create function test.data_asked(region int8 default 150424000000, user_id uuid default test.id('officer'), asker text default 'supervisor') returns text
language sql immutable as $$
  select format('insert into approval (id, kind, user_id, region_code, requested_by) values (test.id(''approval.data''), 11, %L, %s, test.id(%L))',
    user_id, region, asker)
$$;

create function test.data_request(region int8 default 150424000000, asker text default 'supervisor') returns text
language sql immutable as $$ select test.data_asked(region, test.id('officer'), asker) || ';' || test.data_row() $$;

create function test.data_approved(ago text default '1 hour') returns text
language sql immutable as $$
  select test.data_request() || format('; alter table approval disable trigger user;
    update approval set state = 2, decided_by = test.id(''city''), requested_at = now() - interval ''3 days'', decided_at = now() - interval %L
    where id = test.id(''approval.data''); alter table approval enable trigger user', ago)
$$;
grant execute on function test.data_row, test.data_asked, test.data_request, test.data_approved to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s sees of requests for a person''s data %s', p.who, p.what), p.caller, test.data_request(),
       'select count(*) from personal_data_request', p.expected
from (
  values
    (null, 'without a call nobody', 'nothing', '0'),
    ('supervisor', 'who asked', 'his own', '1'),
    ('city', 'who decides it', 'that', '1'),
    ('officer', 'whom it is about', 'that', '1'),
    ('colleague', 'an officer', 'nothing', '0'),
    ('stranger', 'who works elsewhere', 'nothing', '0'),
    ('village', 'who supervises less', 'nothing', '0'),
    ('auditor', 'an auditor', 'nothing', '0'),
    ('second', 'an admin', 'nothing', '0')
) p(caller, who, what, expected);

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'who asked adds whom it is about', 'supervisor', test.data_asked(), test.data_row(), '1 rows'),
  ('writing', 'nobody adds that for another', 'city', test.data_asked(), test.data_row(), 'denied'),
  ('writing', 'nobody adds it once it is approved', 'supervisor',
    test.data_approved() || '; alter table personal_data_request disable trigger user; delete from personal_data_request', test.data_row(), 'denied'),
  ('writing', 'nobody asks about himself', 'supervisor', null,
    $$ select request_approval(11::int2, me(), 150424000000, '{}', 'x') $$, 'FORBIDDEN'),
  ('writing', 'nobody asks of a region that he does not supervise whole', 'supervisor', null,
    $$ select request_approval(11::int2, null, 150400000000, '{}', 'x') $$, 'UNKNOWN_REFERENCE'),
  ('writing', 'whom it is about does not decide it', 'city', test.data_asked(150424000000, test.id('city')), test.decide('data', 2::int2), 'FORBIDDEN'),
  ('writing', 'another supervisor of the region does', 'city', test.data_request(), test.decide('data', 2::int2), ''),
  ('writing', 'who supervises a part of it does not', 'supervisor', test.data_request(150400000000, 'city'), test.decide('data', 2::int2), 'NOT_FOUND'),
  ('reading', 'nothing is opened before it is approved', 'supervisor', test.data_request(), $$ select q.unit from approved_request(test.id('data')) q $$,
    'nothing'),
  ('reading', 'who asked opens it when it is', 'supervisor', test.data_approved(), $$ select q.unit from approved_request(test.id('data')) q $$, '某局'),
  ('reading', 'for a day', 'supervisor', test.data_approved('25 hours'), $$ select q.unit from approved_request(test.id('data')) q $$, 'nothing'),
  ('reading', 'who approved it does not', 'city', test.data_approved(), $$ select q.unit from approved_request(test.id('data')) q $$, 'nothing'),
  ('reading', 'nor who supervises the region no more', 'supervisor',
    test.data_approved() || $$; update role_grant set ends_at = now() where user_id = test.id('supervisor') $$,
    $$ select q.unit from approved_request(test.id('data')) q $$, 'nothing'),
  ('reading', 'the account is told with it', 'supervisor', test.data_approved(), $$ select u.username from subject_account(test.id('data'), 'x', 'x') u $$,
    'officer'),
  ('reading', 'and the roles', 'supervisor', test.data_approved(), $$ select g.role from subject_grants(test.id('data'), 'x', 'x') g $$, '1'),
  ('reading', 'and the devices', 'supervisor', test.data_approved(), $$ select count(*) from subject_sessions(test.id('data'), 'x', 'x') $$, '1'),
  ('reading', 'none of them without it', 'supervisor', test.data_request(),
    $$ select u.username from subject_account(test.id('data'), 'x', 'x') u $$, 'nothing');

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'personal_data_request: a right one is let in', test.data_asked(), test.data_row(), '1 rows'),
  ('constraints', 'personal_data_request: without numbers too', test.data_asked(),
    test.data_row('{"phone": null, "phone_index": null, "identity_number": null, "identity_index": null, "unit": null}'), '1 rows'),
  ('constraints', 'personal_data_request: of an approval that there is', null, test.data_row(), 'foreign key'),
  ('constraints', 'personal_data_request: one an approval', test.data_request(), test.data_row(format('{"id": "%s"}', test.id('x'))), 'unique'),
  ('constraints', 'personal_data_request: nobody', test.data_asked(), test.data_row('{"name": null}'), 'not null'),
  ('constraints', 'personal_data_request: without a key', test.data_asked(), test.data_row('{"key": null}'), 'not null');

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('personal_data_request: %s is kept out', c.mistake), test.data_asked(), test.data_row(c.assignment), 'check'
from (
  values
    ('a key that is none', '{"key": "\\x00"}'),
    ('a name in clear', '{"name": "\\x00"}'),
    ('a phone in clear', '{"phone": "\\x00"}'),
    ('a phone''s hash that is none', '{"phone_index": "\\x00"}'),
    ('an identity number in clear', '{"identity_number": "\\x00"}'),
    ('an identity number''s hash that is none', '{"identity_index": "\\x00"}'),
    ('a phone without its hash', '{"phone_index": null}'),
    ('an identity number without its hash', '{"identity_index": null}'),
    ('a unit without words', '{"unit": ""}')
) c(mistake, assignment);

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('personal_data_request: %s is told, also of the owner', t.act), test.data_request() || ';' || t.given,
       $$ select test.told('personal_data') $$, t.told
from (
  values
    ('a new one', 'select', 'created personal_data done'),
    ('a change', $$ update personal_data_request set unit = '别局' $$, 'changed personal_data done created personal_data done'),
    ('its removal', 'delete from personal_data_request', 'created personal_data done removed personal_data done')
) t(act, given, told);
