-- Campaigns and the records of offices: who sees and writes what, what none of them takes in, and what the audit tells.
set search_path = test, zoufang;

-- The tables of records, each with a text to know a record by.
create table test.kept (subject text, known_by text);
insert into test.kept (subject, known_by)
values ('campaign', 'name'), ('interview', 'reason'), ('education', 'title'), ('commendation', 'person_name'), ('indicator', 'source'),
  ('recommendation', 'addressed_to'), ('publication', 'title');

-- A record of an office, or in a region.
create function test.kept_by(subject text, office text, region int8) returns text
language sql immutable as $$
  select format(s.statement, 'test.id(''new'')', format('test.id(%L)', office), region)
  from (
    values
      ('campaign', 'insert into campaign (id, name, region_codes, starts_on, etag) values (%1$s, ''new'', array[%3$s], ''2020-01-01'', sha256(''new''))'),
      ('interview', 'insert into interview (id, office_id, held_on, person_names, person_units, person_posts, reason, etag)
        values (%1$s, %2$s, ''2020-05-01'', ''{某甲}'', ''{某镇}'', ''{镇长}'', ''new'', sha256(''new''))'),
      ('education', 'insert into education (id, office_id, held_on, title, people_reached, etag) values (%1$s, %2$s, ''2020-05-01'', ''new'', 10, sha256(''new''))'),
      ('commendation', 'insert into commendation (id, office_id, given_on, person_name, etag) values (%1$s, %2$s, ''2020-05-01'', ''new'', sha256(''new''))'),
      ('indicator', 'insert into indicator (id, kind, region_code, year, rank, source, etag) values (%1$s, 2, %3$s, 2020, 3, ''new'', sha256(''new''))'),
      ('recommendation', 'insert into recommendation (id, office_id, number, addressed_to, issued_on, item_texts, item_due_on, item_verified_on, item_rectified, etag)
        values (%1$s, %2$s, ''new'', ''new'', ''2020-05-01'', ''{整改}'', ''{2020-06-01}'', ''{null}'', ''{null}'', sha256(''new''))'),
      ('publication', 'insert into publication (id, kind, office_id, title, published_on, etag) values (%1$s, 2, %2$s, ''new'', ''2020-05-01'', sha256(''new''))')
  ) s(subject, statement)
  where s.subject = kept_by.subject
$$;

insert into allowed (privilege, name)
select 'writes in part', k.subject || '.' || p
from test.kept k
cross join unnest(array['insert', 'update']) p;
insert into allowed (privilege, name)
values ('calls', 'campaign_fault'), ('calls', 'campaign_in_use'), ('calls', 'follows_from_hidden');

insert into expectation (topic, sentence, caller, statement, expected)
select 'records', format('%s sees of %s: %s', s.who, t.subject, coalesce(t.seen, 'nothing')), s.caller,
       format('select test.name(r.id) from %s r', t.subject), coalesce(t.seen, 'nothing')
from (
  values
    (null, 'without a call nobody', null::text, null::text),
    ('officer', 'an officer', 'near town', 'city near'),
    ('stranger', 'an officer of another county', 'far', 'city far'),
    ('foreigner', 'an officer of another city', 'elsewhere', 'elsewhere'),
    ('supervisor', 'the county''s supervisor', 'near town', 'city near'),
    ('city', 'the city''s supervisor', 'city far near town', 'city far near'),
    ('village', 'a supervisor of one village', null, 'city near'),
    ('eastern', 'another city''s supervisor', 'elsewhere', 'elsewhere'),
    ('inspector', 'a cross-inspector while his grant holds', 'far near town', 'city far near'),
    ('former', 'an analyst who was an officer', null, null),
    ('analyst', 'an analyst', null, null),
    ('auditor', 'an auditor', null, null),
    ('second', 'an admin without another role', null, null),
    ('nobody', 'who holds no role', null, null)
) s(caller, who, records, campaigns)
cross join lateral (
  select k.subject,
         case
           when k.subject = 'campaign' then s.campaigns
           when s.records is null or k.subject not in ('recommendation', 'publication') then s.records
           else (
             select string_agg(n, ' ' order by n)
             from unnest(
               string_to_array(s.records, ' ')
                 || case when s.records like '%near%' and s.caller <> 'supervisor' then array['from_case'] end
                 || case when s.records like '%near%' and s.caller <> 'supervisor' and k.subject = 'recommendation' then array['from_lead'] end
             ) n
           )
         end
  from test.kept k
) t(subject, seen);

insert into expectation (topic, sentence, caller, statement, expected)
select 'records', format('%s: %s', k.subject, w.sentence), w.caller, w.statement, w.expected
from test.kept k
cross join lateral (
  values
    ('a supervisor writes one in scope', 'supervisor', test.kept_by(k.subject, 'office.south', 150424000001 - 1), '1 rows'),
    ('a supervisor writes none out of scope', 'supervisor', test.kept_by(k.subject, 'office.north', 150422000000), 'denied'),
    ('an officer writes none', 'officer', test.kept_by(k.subject, 'office.town', 150424100000), 'denied'),
    ('an admin writes none', 'second', test.kept_by(k.subject, 'office.south', 150424000000), 'denied'),
    ('nobody writes one without a call', null, test.kept_by(k.subject, 'office.south', 150424000000), 'denied'),
    ('nobody says that another wrote one', 'supervisor',
      replace(replace(test.kept_by(k.subject, 'office.south', 150424000000), ', etag)', ', etag, created_by)'), 'sha256(''new''))',
        'sha256(''new''), test.id(''city''))'), 'denied'),
    ('nobody says that another wrote a version', 'city', format('update %s set written_by = me()', k.subject), 'denied'),
    ('nobody says that another withdrew one', 'city', format('update %s set withdrawn_by = me()', k.subject), 'denied'),
    ('a supervisor changes those in scope alone, also by a statement that forgets where', 'supervisor',
      format('update %s set %s = ''new''', k.subject, k.known_by), case k.subject when 'campaign' then '1 rows' else '2 rows' end),
    ('an officer changes none', 'officer', format('update %s set %s = ''new''', k.subject, k.known_by), '0 rows'),
    ('nobody removes one', 'city', format('delete from %s', k.subject), 'denied')
) w(sentence, caller, statement, expected);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('records', 'a campaign is spread to no region out of scope', 'supervisor', $$ update campaign set region_codes = '{150424000000,150422000000}' $$, 'denied'),
  ('records', 'a ranking is moved to no region out of scope', 'supervisor', $$ update indicator set region_code = 150422000000 $$, 'denied'),
  ('records', 'a record lies where its office does', 'city', $$ select concat(i.region_code, ' ', i.current_code) from interview i where i.id = test.id('interview.town') $$,
    '150424100000 150424100000'),
  ('records', 'whoever is complained of in a lead is hidden from what follows from it', 'supervisor',
    $$ select follows_from_hidden(test.id('lead.against_the_supervisor'), null) $$, 'true'),
  ('records', 'whoever is complained of in a lead is hidden from what follows from its case', 'supervisor',
    $$ select follows_from_hidden(null, test.id('case.against_the_supervisor')) $$, 'true'),
  ('records', 'what follows from a lead is hidden from nobody else', 'officer',
    $$ select follows_from_hidden(test.id('lead.against_the_supervisor'), test.id('case.against_the_supervisor')) $$, 'false'),
  ('records', 'a campaign may be named by who does not see it', 'foreigner', $$ select f.field is null from campaign_fault(test.id('campaign.near'), 1) f $$, 'true'),
  ('records', 'a campaign that there is not cannot be named', 'officer', $$ select f.field from campaign_fault(test.id('none'), null) f $$, 'campaign_id'),
  ('records', 'a round cannot be named without its campaign', 'officer', $$ select f.field from campaign_fault(null, 1) f $$, 'campaign_id'),
  ('records', 'a round that there is not cannot be named', 'officer', $$ select f.field from campaign_fault(test.id('campaign.near'), 2) f $$, 'sweep_round');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('records', 'a campaign that was withdrawn cannot be named', 'officer',
    $$ update campaign set withdrawn_reason = '测试', withdrawn_by = test.id('city') $$, $$ select f.field from campaign_fault(test.id('campaign.near'), null) f $$, 'campaign_id'),
  ('records', 'a campaign is in use where a visit out of sight names it', 'village', $$ update visit set campaign_id = test.id('campaign.near') where id = test.id('visit.far') $$,
    $$ select campaign_in_use(test.id('campaign.near')) $$, 'true'),
  ('records', 'a campaign is in use where a lead out of sight names it', 'village', $$ update lead set campaign_id = test.id('campaign.near') where id = test.id('lead.far') $$,
    $$ select campaign_in_use(test.id('campaign.near')) $$, 'true'),
  ('records', 'a campaign is in use where a plan out of sight names it', 'village', $$ update visit_plan set campaign_id = test.id('campaign.near') $$,
    $$ select campaign_in_use(test.id('campaign.near')) $$, 'true'),
  ('records', 'a campaign that nothing names is not in use', 'village', null, $$ select campaign_in_use(test.id('campaign.near')) $$, 'false'),
  ('records', 'a round is in use where something names it', 'village', $$ update lead set campaign_id = test.id('campaign.near'), sweep_round = 1 where id = test.id('lead.far') $$,
    $$ select concat(campaign_in_use(test.id('campaign.near'), '{1}'), ' ', campaign_in_use(test.id('campaign.near'), '{2}')) $$, 'f t'),
  ('cases', 'a case is of its first lead''s campaign', 'city', $$ update lead set campaign_id = test.id('campaign.near'), sweep_round = 1 where id = test.id('lead.county') $$,
    $$ select concat(test.name(c.campaign_id), ' ', c.sweep_round) from case_file c where c.id = test.id('case.county') $$, 'near 1');

insert into expectation (topic, sentence, caller, statement, expected)
select 'records', format('%s: none is moved to an office out of scope', k.subject), 'supervisor',
       format('update %s set office_id = test.id(''office.north'')', k.subject), 'denied'
from test.kept k
where k.subject not in ('campaign', 'indicator')
union all
select 'records', format('%s: the audit finds each as it was told', k.subject), 'auditor',
       format('select count(*) from audit_altered() a where a.kind = %L', k.subject), '0'
from test.kept k;

-- Withdrawing.
insert into expectation (topic, sentence, caller, acting, statement, expected)
select 'records', format('%s: who withdraws one is told with it', k.subject), 'city', format('update %s set withdrawn_reason = ''误录''', k.subject),
       format('select distinct concat(test.name(r.withdrawn_by), '' '', r.withdrawn_at = now()) from %s r', k.subject), 'city t'
from test.kept k
union all
select 'records', format('%s: what was withdrawn stays so', k.subject), 'city', format('update %s set withdrawn_reason = ''误录''', k.subject),
       format('update %s set withdrawn_reason = null', k.subject), 'PRECONDITION'
from test.kept k
union all
select 'records', format('%s: who changes one is told with it', k.subject), 'supervisor', format('update %s set etag = sha256(etag)', k.subject),
       format('select concat(test.name(r.written_by), '' '', test.name(r.created_by)) from %s r where r.id = test.id(''%s.near'')', k.subject, k.subject),
       'supervisor city'
from test.kept k
union all
select 'audit', format('%s: a new one is told', k.subject), 'supervisor', test.kept_by(k.subject, 'office.south', 150424000000),
       format('select test.told(%L)', k.subject), format('created %s done', k.subject)
from test.kept k;

-- Every change, also of the owner.
insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('%s: %s is told, also of the owner', k.subject, a.act), a.statement, format('select test.told(%L)', k.subject),
       format('%s %s done', a.told, k.subject)
from test.kept k
cross join lateral (
  values
    ('a change', format('update %1$s set %2$s = ''测试'' where id = test.id(''%1$s.near'')', k.subject, k.known_by), 'changed'),
    ('its removal', format('delete from %1$s where id = test.id(''%1$s.near'')', k.subject), 'removed')
) a(act, statement, told);
insert into expectation (topic, sentence, given, statement, expected)
values
  ('audit', 'an import that moves a campaign''s regions changes no campaign', $$ alter table campaign disable trigger campaign_placed;
    update campaign set land = '{[150424000000,150424000001]}' where id = test.id('campaign.near') $$, $$ select test.told('campaign') $$, 'nothing');

-- What the tables keep out. Triggers are off, so that it is the table itself that does.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('%s: %s is kept out', m.subject, m.mistake), format('alter table %s disable trigger user', m.subject),
       format('update %1$s set %2$s where id = test.id(''%1$s.%3$s'')', m.subject, m.assignment, m.which), m.expected
from (
  select k.subject, s.mistake, s.assignment, 'near' as which, s.expected
  from test.kept k
  cross join (
    values
      ('a short etag', $$etag = 'x'$$, 'check'),
      ('a withdrawal without a reason', 'withdrawn_at = now(), withdrawn_by = written_by', 'check'),
      ('an empty reason to withdraw it', $$withdrawn_at = now(), withdrawn_by = written_by, withdrawn_reason = ''$$, 'check'),
      ('a creator who there is not', $$created_by = test.id('none')$$, 'foreign key'),
      ('a writer who there is not', $$written_by = test.id('none')$$, 'foreign key'),
      ('a withdrawal by somebody who there is not', $$withdrawn_at = now(), withdrawn_by = test.id('none'), withdrawn_reason = 'x'$$, 'foreign key')
  ) s(mistake, assignment, expected)
  union all
  select k.subject, s.mistake, s.assignment, 'near', s.expected
  from test.kept k
  cross join (
    values
      ('a region that there is not', 'region_code = 150424100299', 'foreign key'),
      ('a current region that there is not', 'current_code = 150424100299', 'foreign key')
  ) s(mistake, assignment, expected)
  where k.subject <> 'campaign'
  union all
  select k.subject, 'an office that there is not', $$office_id = test.id('none')$$, 'near', 'foreign key'
  from test.kept k
  where k.subject not in ('campaign', 'indicator')
  union all
  values
    ('campaign', 'a domain that there is not', $$domain = 'none'$$, 'near', 'foreign key'),
    ('campaign', 'an empty plan', $$plan = ''$$, 'near', 'check'),
    ('campaign', 'no region', $$region_codes = '{}'$$, 'near', 'check'),
    ('campaign', 'a beginning in another century', $$starts_on = '1999-12-31'$$, 'near', 'check'),
    ('campaign', 'an end before the beginning', $$ends_on = '2019-12-31'$$, 'near', 'check'),
    ('campaign', 'an end in another century', $$ends_on = '2200-01-01'$$, 'near', 'check'),
    ('campaign', 'closing it before the beginning', $$closed_on = '2019-12-31'$$, 'near', 'check'),
    ('campaign', 'a round without a last day', $$round_last_days = '{}'$$, 'near', 'check'),
    ('campaign', 'a round that ends before it begins', $$round_last_days = '{2019-12-31}'$$, 'near', 'check'),
    ('campaign', 'a round twice', $$round_numbers = '{1,1}', round_first_days = '{2020-01-01,2020-01-01}', round_last_days = '{2020-01-01,2020-01-01}',
      round_names = '{null,null}'$$, 'near', 'check'),
    ('interview', 'a day of another century', $$held_on = '1999-12-31'$$, 'near', 'check'),
    ('interview', 'nobody', $$person_names = '{}', person_units = '{}', person_posts = '{}'$$, 'near', 'check'),
    ('interview', 'a person without a unit''s place', $$person_units = '{}'$$, 'near', 'check'),
    ('interview', 'an empty reason', $$reason = ''$$, 'near', 'check'),
    ('interview', 'an empty record', $$record = ''$$, 'near', 'check'),
    ('education', 'a day of another century', $$held_on = '1999-12-31'$$, 'near', 'check'),
    ('education', 'an empty title', $$title = ''$$, 'near', 'check'),
    ('education', 'an empty place', $$place = ''$$, 'near', 'check'),
    ('education', 'fewer people than none', 'people_reached = -1', 'near', 'check'),
    ('education', 'an empty note', $$note = ''$$, 'near', 'check'),
    ('commendation', 'a day of another century', $$given_on = '1999-12-31'$$, 'near', 'check'),
    ('commendation', 'an empty name', $$person_name = ''$$, 'near', 'check'),
    ('commendation', 'an empty unit', $$person_unit = ''$$, 'near', 'check'),
    ('commendation', 'an empty post', $$person_post = ''$$, 'near', 'check'),
    ('commendation', 'an empty title', $$title = ''$$, 'near', 'check'),
    ('commendation', 'an empty reason', $$reason = ''$$, 'near', 'check'),
    ('indicator', 'a kind that there is not', 'kind = 3', 'near', 'check'),
    ('indicator', 'a year of another century', 'year = 1999', 'near', 'check'),
    ('indicator', 'a place before the first', 'rank = 0', 'near', 'check'),
    ('indicator', 'a place behind the last', 'ranked_of = 2', 'near', 'check'),
    ('indicator', 'no source', $$source = ''$$, 'near', 'check'),
    ('indicator', 'an empty note', $$note = ''$$, 'near', 'check'),
    ('indicator', 'two for one year', 'region_code = 150422000000', 'near', 'unique'),
    ('recommendation', 'an empty number', $$number = ''$$, 'near', 'check'),
    ('recommendation', 'a number twice', $$office_id = test.id('office.south'), number = 'near'$$, 'town', 'unique'),
    ('recommendation', 'nobody addressed', $$addressed_to = ''$$, 'near', 'check'),
    ('recommendation', 'a day of another century', $$issued_on = '1999-12-31'$$, 'near', 'check'),
    ('recommendation', 'a deadline before it was issued', $$reply_due_on = '2020-04-30'$$, 'near', 'check'),
    ('recommendation', 'a lead that there is not', $$lead_id = test.id('none')$$, 'near', 'foreign key'),
    ('recommendation', 'a case that there is not', $$case_id = test.id('none')$$, 'near', 'foreign key'),
    ('recommendation', 'a lead and a case at once', $$case_id = test.id('case.own')$$, 'from_lead', 'check'),
    ('recommendation', 'a reply before it was issued', $$replied_on = '2020-04-30'$$, 'near', 'check'),
    ('recommendation', 'an empty reply', $$reply = ''$$, 'near', 'check'),
    ('recommendation', 'a reply without a day', 'replied_on = null', 'near', 'check'),
    ('recommendation', 'no item', $$item_texts = '{}', item_due_on = '{}', item_verified_on = '{}', item_rectified = '{}'$$, 'near', 'check'),
    ('recommendation', 'an item without a day', $$item_due_on = '{null}'$$, 'near', 'check'),
    ('recommendation', 'a verdict without a day', $$item_verified_on = '{null}'$$, 'near', 'check'),
    ('recommendation', 'a rule revised on no day', $$institution_revised_on = '{null}'$$, 'near', 'check'),
    ('publication', 'a kind that there is not', $$kind = 4, views = null, views_read_on = null$$, 'near', 'check'),
    ('publication', 'an empty title', $$title = ''$$, 'near', 'check'),
    ('publication', 'an empty body', $$body = ''$$, 'near', 'check'),
    ('publication', 'an empty link', $$link = ''$$, 'near', 'check'),
    ('publication', 'a day of another century', $$published_on = '1999-12-31'$$, 'near', 'check'),
    ('publication', 'a matter that there is not', 'matter = 4', 'town', 'check'),
    ('publication', 'an end before it was published', $$in_force_to = '2020-04-30'$$, 'town', 'check'),
    ('publication', 'fewer views than none', 'views = -1', 'near', 'check'),
    ('publication', 'views read before it was published', $$views_read_on = '2020-04-30'$$, 'near', 'check'),
    ('publication', 'views read on no day', 'views_read_on = null', 'near', 'check'),
    ('publication', 'views of a disclosure item', $$views = 1, views_read_on = '2020-06-01'$$, 'town', 'check'),
    ('publication', 'a notice with a matter', 'matter = 1', 'near', 'check'),
    ('publication', 'a notice of a case', $$case_id = test.id('case.own')$$, 'near', 'check'),
    ('publication', 'a case that there is not', $$case_id = test.id('none')$$, 'from_case', 'foreign key')
) m(subject, mistake, assignment, which, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'case_file: a campaign that there is not is kept out', 'alter table case_file disable trigger user',
    $$ update case_file set campaign_id = test.id('none') $$, 'foreign key'),
  ('constraints', 'campaign: a region that there is not is kept out', null, $$ update campaign set region_codes = '{150424100299}' $$, 'foreign key');
