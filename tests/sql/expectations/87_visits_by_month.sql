-- Visits by month: the counts that are kept say what the visits say, whatever is written.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values ('reads nothing', 'visit_month');

-- How many months are not as the visits are, or not there.
create function test.visit_months_amiss() returns int8
language sql stable as $$
  with kept as (
    select m.region_code, m.month, m.officer_id, sum(m.visits) as visits, sum(m.copies) as copies, sum(m.went) as went, sum(m.met) as met,
           sum(m.solved) as solved, sum(m.publicity) as publicity
    from visit_month m
    group by m.region_code, m.month, m.officer_id
    having (sum(m.visits), sum(m.copies), sum(m.went), sum(m.met), sum(m.solved), sum(m.publicity)) <> (0, 0, 0, 0, 0, 0)
  ),
  due as (
    select r.region_code, r.month, r.officer_id, r.visits::numeric, r.copies::numeric, r.went::numeric, r.met::numeric, r.solved::numeric,
           r.publicity::numeric
    from visit_month_of_records r
  )
  select count(*) from ((table kept except table due) union all (table due except table kept)) o
$$;

-- Visits of all that counts and of what does not, at both sides of the bounds of months and years.
create function test.visits_about(village int8) returns text
language sql immutable as $$
  select format(
    $s$ insert into visit (id, kind, region_code, current_code, recorder_id, team, started_at, led_by, people_met, material_names, material_copies,
          solved_descriptions, solved_leads, state, hold_reason, etag, written_by)
        select gen_random_uuid(), (1 + n %% 8)::int2, %1$s, %1$s, test.id('officer'), case when n %% 3 = 0 then array[test.id('colleague')] else '{}' end,
               b.at + (n - 12) * interval '1 hour',
               case when n %% 5 > 0 then test.id('chief') end, n, '{册子}', array[n], '{甲,乙}', array[null, test.id('lead.own')],
               case when n %% 7 = 0 then 2 when n %% 11 = 0 then 3 else 1 end, 1, sha256(n::text::bytea), test.id('officer')
        from generate_series(1, 24) n
        cross join unnest('{2023-12-31 16:00Z,2024-02-28 16:00Z,2024-02-29 16:00Z,2024-12-31 16:00Z}'::timestamptz[]) b(at) $s$,
    village)
$$;

-- Periods whose figures read otherwise by months than by all visits, where days are those of a zone.
create function test.visits_misread(zone text) returns setof text
language plpgsql as $$
begin
  perform set_config('zoufang.time_zone', zone, true);
  perform set_config('zoufang.figures', 'published', true);
  return query
  select p::text || a.region
  from unnest('{150400000000,150424000000,150424100000}'::int8[]) a(region)
  cross join (
    values
      ('2024-01-01'::date, '2025-01-01'::date), ('2024-02-01', '2024-03-01'), ('2024-02-29', '2024-03-01'), ('2024-02-28', '2025-03-02'),
      ('2023-12-31', '2024-01-01'), ('2024-01-15', '2024-02-15'), ('2024-01-15', '2024-03-01'), ('2024-01-01', '2024-01-02')
  ) p(from_day, until_day)
  cross join lateral (select figure_windows(a.region, p.from_day, p.until_day, true) as windows) w
  cross join lateral (select array[test.id('chief')] as leaders) l
  where exists (
    select c.k, sum(c.visits), sum(c.copies), sum(c.went), sum(c.receptions), sum(c.met), sum(c.solved)
    from (
      select * from months_counted(w.windows, l.leaders) union all select * from visits_counted(beside_months(w.windows), l.leaders)
    ) c
    group by c.k
    except
    select c.k, c.visits, c.copies, c.went, c.receptions, c.met, c.solved from visits_counted(w.windows, l.leaders) c
  )
  or exists (
    select v.k, count(distinct v.officer_id) from publicity_visited(w.windows) v group by v.k
    except
    select c.k, c.officers from publicity_officers(w.windows) c
  );
end
$$;

insert into expectation (topic, sentence, acting, statement, expected)
select 'constraints', 'visits by month follow ' || f.what, f.acting, 'select test.visit_months_amiss()', '0'
from (
  values
    ('visits that are new', test.visits_about(150424100201)),
    ('visits that are corrected',
      $$ update visit set material_copies = '{7}', team = array[test.id('chief'), test.id('inspector')], people_met = 9 where state = 1 $$),
    ('visits of which nothing is changed that counts', $$ update visit set purpose = '更正', etag = sha256(etag) $$),
    ('a visit whose day and place are corrected',
      $$ update visit set started_at = started_at - interval '40 days', region_code = 150422100200, current_code = 150422100200
         where id = test.id('visit.own') $$),
    ('a visit of publicity whose team is corrected',
      $$ update visit set kind = 8, team = array[test.id('colleague')] where id = test.id('visit.own');
         update visit set team = array[test.id('chief'), recorder_id] where id = test.id('visit.own') $$),
    ('a visit that becomes a reception',
      $$ update visit set kind = 2, led_by = test.id('chief'), people_met = 3 where id = test.id('visit.own') $$),
    ('a held visit that is released', $$ update visit set state = 1, hold_reason = null where id = test.id('visit.held') $$),
    ('a visit that is withdrawn', $$ update visit set state = 3 where id = test.id('visit.own') $$),
    ('a visit that is erased', $$ delete from photo; delete from visit_version; delete from visit where id = test.id('visit.own') $$)
) f(what, acting);

insert into expectation (topic, sentence, given, acting, statement, expected)
values
  ('constraints', 'visits by month are folded to one row of a region, month and officer, and none for what is no more',
    test.visits_about(150424100201) || $$;
      update visit set material_copies = '{7}' where state = 1;
      delete from photo; delete from visit_version; delete from visit where id = test.id('visit.far') $$,
    'select fold_visit_months()',
    $$ select (count(*) = (select count(*) from visit_month_of_records))::text || ' ' || test.visit_months_amiss() from visit_month $$, 'true 0'),
  ('constraints', 'visits by month that were lost are made anew', 'delete from visit_month', 'call make_visit_months()',
    'select test.visit_months_amiss()', '0');

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('months and the days beside them are all visits, with days as in %s', z.zone), test.visits_about(150424100201),
       format('select test.visits_misread(%L)', z.zone), 'nothing'
from unnest('{Asia/Shanghai,America/New_York,Pacific/Kiritimati}'::text[]) z(zone);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'months and the days beside them are all visits where a village became part of another of its county',
    test.visits_about(150424100201) || $$;
      update region set successor_code = 150424100202, current_code = 150424100202, ended_on = '2024-02-01' where code = 150424100201 $$,
    $$ select test.visits_misread('Asia/Shanghai') $$, 'nothing');

-- The receptions of the south in 2024.
create function test.receptions_counted() returns int8
language sql stable as $$
  select coalesce(max(c.value), 0)
  from figures_of_visits(array(select w from unnest(figure_windows(150424000000, '2024-01-01', '2025-01-01', true)) w where w.k = 0)) c
  where c.key = 'receptions'
$$;

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', 'receptions count by who is a leader ' || g.sentence,
       $$ set local zoufang.figures = 'published'; $$ || test.visits_about(150424100201) || ';' || g.given,
       $$ select test.receptions_counted() - count(*) from visit v join account a on a.id = v.led_by
          where v.kind = 2 and v.state = 1 and a.leader and v.started_at >= '2023-12-31 16:00Z' and v.started_at < '2024-12-31 16:00Z' $$, '0'
from (
  values
    ('now', $$ update account set leader = true where id = test.id('chief') $$),
    ('no more', $$ update account set leader = false $$),
    ('again', $$ update account set leader = false; update account set leader = true where id = test.id('chief') $$)
) g(sentence, given);
