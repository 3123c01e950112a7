-- Many records with words in them: 3,000 leads and as many visits of one village, a minute apart. A word in each tenth is common; for one in each
-- fortieth the order is walked on; five of the oldest hold a rare one; and one was common long ago.
set search_path = test, zoufang;
set session_replication_role = replica;

create temporary table told as
select n, '2020-01-01 08:00+08'::timestamptz - make_interval(mins => n) as at,
       concat_ws(' ', '村民反映', case when n % 10 = 0 then '低保名额' end, case when n % 40 = 1 then '水渠年久' end, case when n > 2995 then '界碑移动' end,
         case when n > 1500 and n % 7 = 0 then '退耕补助' end) as words
from generate_series(1, 3000) n;

insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, raised_by, etag, written_by)
select gen_random_uuid(), 150424100201, 150424100201, 2, 1, t.at, t.words, false, test.id('officer'), sha256('x'), test.id('officer')
from told t;

insert into visit (id, kind, region_code, current_code, recorder_id, started_at, state, etag, written_by, findings)
select gen_random_uuid(), 1, 150424100201, 150424100201, test.id('officer'), t.at, 1, sha256('x'), test.id('officer'), t.words
from told t;

insert into visit_member (user_id, started_at, visit_id, kind, state, current_code)
select v.recorder_id, v.started_at, v.id, v.kind, v.state, v.current_code
from visit v
where v.started_at < '2020-01-01 08:00+08';

-- What is found for a page of so many, beside what each record's own text says: how many, where both are the same.
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
grant usage on schema test to zoufang;
grant execute on function test.found to zoufang;
