-- Words in many records: whether the newest that hold them are found by walking the order, by walking on, or by the words' index, a page is the same.
set search_path = test, zoufang;

-- 3,000 leads and as many visits of one village, a minute apart. A word in each tenth is common; in each fortieth, one must walk on for it; five
-- of the oldest hold the rare one; and one was common long ago.
create function test.many_texts() returns text
language sql immutable as $$
  select $given$ set local session_replication_role = replica;
    create temporary table told as
    select n, '2020-01-01 08:00+08'::timestamptz - make_interval(mins => n) as at, concat_ws(' ', '村民反映',
      case when n % 10 = 0 then '低保名额' end, case when n % 40 = 1 then '水渠年久' end, case when n > 2995 then '界碑移动' end,
      case when n > 1500 and n % 7 = 0 then '退耕补助' end) as words
    from generate_series(1, 3000) n;
    insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, raised_by, etag, written_by)
    select gen_random_uuid(), 150424100201, 150424100201, 2, 1, t.at, t.words, false, test.id('officer'), sha256('x'), test.id('officer') from told t;
    insert into visit (id, kind, region_code, current_code, recorder_id, started_at, state, etag, written_by, findings)
    select gen_random_uuid(), 1, 150424100201, 150424100201, test.id('officer'), t.at, 1, sha256('x'), test.id('officer'), t.words from told t;
    insert into visit_member (user_id, started_at, visit_id, kind, state, current_code)
    select v.recorder_id, v.started_at, v.id, v.kind, v.state, v.current_code from visit v where v.started_at < '2020-01-01 08:00+08' $given$
$$;

-- What is found of a page, beside what each record's own text says.
create function test.found(kind text, query text, most int8) returns text
language plpgsql stable as $$
declare
  found uuid[];
  true_ones uuid[];
begin
  if kind = 'leads' then
    found := array(
      select l.id
      from (select distinct f.id from leads_asked(query, null, null, null, null, null, null, null, null, null, null, null, null, null, null, most) f) f
      join lead l on l.id = f.id
      order by l.received_at desc, l.id desc
      limit most);
    true_ones := array(select l.id from lead l where strpos(l.narrative, query) > 0 order by l.received_at desc, l.id desc limit most);
  else
    found := array(
      select v.id
      from (select distinct f.id from visits_asked(query, null, null, null, null, null, null, null, null, null, null, most) f) f
      join visit v on v.id = f.id
      order by v.started_at desc, v.id desc
      limit most);
    true_ones := array(select v.id from visit v where strpos(v.findings, query) > 0 order by v.started_at desc, v.id desc limit most);
  end if;
  return case when found = true_ones then cardinality(found)::text else format('%s, not those %s', cardinality(found), cardinality(true_ones)) end;
end
$$;
grant execute on function test.found to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'finding', format('%s finds in %s %s', c.who, k.kind, w.what), c.caller, test.many_texts(),
  format('select test.found(%L, %L, %s)', k.kind, w.query, w.most), w.expected
from (values ('city', 'the city''s supervisor'), ('supervisor', 'a county''s'), ('village', 'a village''s'), ('officer', 'who recorded them')) c(caller, who)
cross join (values ('leads'), ('visits')) k(kind)
cross join (
  values
    ('a common word among the newest', '低保名额', 51, '51'),
    ('a word for which one walks on', '水渠年久', 51, '51'),
    ('all there are of a rare word', '界碑移动', 51, '5'),
    ('a word that was common long ago', '退耕补助', 51, '51'),
    ('no word that is nowhere', '无此一词', 51, '0'),
    ('as many as are counted', '低保名额', 2000, '300')
) w(what, query, most, expected);
