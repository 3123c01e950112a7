-- Published reports: who reads them before and after, who freezes and publishes one, and that it stays as it was.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values ('writes in part', 'report.insert'), ('calls', 'published_figures');

create function test.report_there(published boolean) returns text
language sql immutable as $$
  select format(
    'insert into report (id, region_code, region_name, from_day, until_day, figures, requested_by, published_at)
       values (test.id(''report.new''), 150424000000, ''new'', ''2019-01-01'', ''2020-01-01'', ''[]'', test.id(''supervisor''), %s);
     insert into approval (id, kind, region_code, payload, requested_by)
       values (test.id(''approval.report''), 8, 150424000000, jsonb_build_object(''id'', test.id(''report.new'')), test.id(''supervisor''))',
    case when published then 'now()' else 'null' end)
$$;

create function test.report_frozen() returns text
language sql immutable as $$
  select 'select freeze_report(test.id(''report.frozen''), 150424000000, ''2019-01-01'', ''2020-01-01'', ''new'')'
$$;

create function test.report_added(requester text, region int8, published text) returns text
language sql immutable as $$
  select format(
    'insert into report (id, region_code, region_name, from_day, until_day, figures%s) values (test.id(''report.new''), %s, ''new'', ''2019-01-01'', ''2020-01-01'', ''[]''%s)',
    case when requester <> '' then ', requested_by' else '' end || case when published <> '' then ', published_at' else '' end,
    region,
    case when requester <> '' then format(', test.id(%L)', requester) else '' end || published)
$$;
grant execute on function test.report_there, test.report_frozen, test.report_added to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s reads %s', p.who, case when p.published then 'a report that was published' else 'of a report that waits: ' || p.expected end),
       p.caller, test.report_there(p.published), $$ select r.region_name from report r $$, p.expected
from (
  values
    ('anybody', null, true, 'new'),
    ('an officer', 'officer', true, 'new'),
    ('an analyst', 'analyst', true, 'new'),
    ('anybody', null, false, 'nothing'),
    ('an officer', 'officer', false, 'nothing'),
    ('an analyst', 'analyst', false, 'nothing'),
    ('a supervisor of all of its region', 'supervisor', false, 'new'),
    ('a supervisor of more than its region', 'city', false, 'new'),
    ('a supervisor of a part of its region', 'village', false, 'nothing'),
    ('a supervisor elsewhere', 'eastern', false, 'nothing'),
    ('an admin', 'admin', false, 'nothing'),
    ('an auditor', 'auditor', false, 'nothing')
) p(who, caller, published, expected);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('writing', 'a supervisor of the region freezes a report', 'city', test.report_frozen(), ''),
  ('writing', 'a supervisor of a part of it freezes none', 'village', test.report_frozen(), 'FORBIDDEN'),
  ('writing', 'an analyst freezes none', 'analyst', test.report_frozen(), 'FORBIDDEN'),
  ('writing', 'nobody freezes a report without a call', null, test.report_frozen(), 'FORBIDDEN'),
  ('writing', 'a report is of who asked for it', 'city', test.report_added('supervisor', 150424000000, ''), 'denied'),
  ('writing', 'nobody writes a report of a region that he does not supervise', 'supervisor', test.report_added('', 150422000000, ''), 'denied'),
  ('writing', 'nobody writes a report as published', 'city', test.report_added('', 150424000000, ', now()'), 'denied');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'another supervisor of the region publishes', 'city', test.report_there(false), test.decide('report', 2::int2), ''),
  ('writing', 'who asked to publish does not approve it', 'supervisor', test.report_there(false), test.decide('report', 2::int2), 'FORBIDDEN'),
  ('writing', 'a supervisor of a part of the region hears of no report that waits', 'village', test.report_there(false), test.decide('report', 2::int2),
    'NOT_FOUND'),
  ('writing', 'an admin publishes nothing', 'admin', test.report_there(false), test.decide('report', 2::int2), 'NOT_FOUND'),
  ('writing', 'what is published is not published again', 'city', test.report_there(true), test.decide('report', 2::int2), 'PRECONDITION'),
  ('writing', 'nobody publishes by statement', 'city', test.report_there(false), $$ update report set published_at = now() $$, 'denied'),
  ('writing', 'nobody removes a report', 'city', test.report_there(false), $$ delete from report $$, 'denied');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('writing', 'what was approved is published', 'city', test.report_there(false), test.decide('report', 2::int2),
    $$ select count(*) from report r where r.published_at is not null $$, '1');

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('report: %s is kept out', m.mistake), test.report_there(false) || '; alter table report disable trigger report_kept',
       format('update report set %s where id = test.id(''report.new'')', m.assignment), m.expected
from (
  values
    ('a region that there is not', 'region_code = 150424100299', 'foreign key'),
    ('a region without a name', $$region_name = ''$$, 'check'),
    ('an end before the beginning', 'until_day = from_day', 'check'),
    ('what is no list of figures', $$figures = '{}'$$, 'check'),
    ('an asker who there is not', $$requested_by = test.id('none')$$, 'foreign key'),
    ('publishing before the count', $$published_at = counted_at - interval '1s'$$, 'check')
) m(mistake, assignment, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'report: it stays as it was counted, also for the owner', test.report_there(false), $$ update report set figures = '[1]' $$, 'denied'),
  ('constraints', 'report: publishing changes nothing of it', test.report_there(false),
    $$ update report set published_at = now(), figures = '[1]' $$, 'denied'),
  ('constraints', 'report: it is not taken back', test.report_there(true), $$ update report set published_at = null $$, 'denied'),
  ('constraints', 'report: it is not removed, not by the owner', test.report_there(true), $$ delete from report $$, 'denied'),
  ('constraints', 'report: the table is not emptied, not by the owner', test.report_there(true), $$ truncate report cascade $$, 'denied'),
  ('constraints', 'report: no two of one name', test.report_there(true),
    $$ insert into report (id, region_code, region_name, from_day, until_day, figures, requested_by)
         select r.id, r.region_code, 'new', r.from_day, r.until_day, '[]', r.requested_by from report r $$, 'unique');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('audit', 'a report that is frozen is told', 'city', test.report_frozen(), $$ select test.told('report') $$, 'created report done');
insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('audit', 'a report that is published is told', 'city', test.report_there(false), test.decide('report', 2::int2), $$ select test.told('report') $$,
    'changed report done created report done');
insert into expectation (topic, sentence, given, statement, expected)
values
  ('audit', 'report: its removal is told, also of the owner', test.report_there(true) || '; alter table report disable trigger report_kept; delete from report',
    $$ select test.told('report') $$, 'created report done removed report done');
