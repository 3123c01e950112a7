-- Leads: where each comes from, the way it goes, and by when.
set search_path = generate, zoufang;

-- The villages of each place that a visit can name.
create table inside as
select c.code, array_agg(p.number order by p.number) as places
from place p
cross join lateral (values (p.code), (p.township), (p.county)) c(code)
group by c.code;

-- Those raised on visits, each kind of visit as often as it brings something.
create table raised as
select v.id as source,
       v.started_at + interval '15 minutes' as received_at,
       greatest(v.received_at, v.started_at + interval '15 minutes') as uploaded_at,
       case v.kind when 1 then 5 when 2 then 6 else 7 end::int2 as channel,
       v.id as visit_id,
       i.places[1 + floor(dice(v.id, 61) * cardinality(i.places))::int4] as place,
       v.recorder_id as raised_by,
       v.office_id,
       v.campaign_id,
       v.sweep_round
from setting s
join visit v on v.kind in (1, 2, 6)
  and dice(v.id, 60) < (array[0.35 / 0.40, 0.15 / 0.15, 0, 0, 0, 0.08 / 0.10])[v.kind] * s.leads / s.visits
join inside i on i.code = v.region_code;

-- The rest came by letter, in person, by web and phone, or from outside, to an office on one of three levels.
insert into raised (source, received_at, uploaded_at, channel, place, raised_by, office_id, campaign_id, sweep_round)
select id_of(d.n, 304),
       d.received_at,
       least(d.received_at + make_interval(mins => (900 * dice(d.n, 62) ^ 2)::int4), (select until from setting)::timestamptz),
       d.channel,
       t.place,
       draw(o.officers, dice(d.n, 63)),
       o.office_id,
       c.campaign_id,
       c.sweep_round
from (
  select g.n,
         o.day,
         time_on(o.day, 8, 18, dice(g.n, 64)) as received_at,
         (array[1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 8])[1 + floor(12 * dice(g.n, 65))::int4]::int2 as channel
  from setting s
  cross join lateral day_numbers(greatest(s.leads - (select count(*) from raised), 0), 310) o
  cross join lateral generate_series(o.first, o.last) g(n)
) d
join ticket t on t.number = drawn(dice(d.n, 66))
join answering a on a.place = t.place
cross join whole_city w
cross join lateral (
  select x.office_id, x.officers
  from (
    values (a.township_office, a.township_officers, a.opened_on <= d.day and dice(d.n, 67) < 0.35),
      (a.county_office, a.county_officers, dice(d.n, 67) < 0.85),
      (w.office_id, w.officers, true)
  ) x(office_id, officers, takes)
  where x.takes
  limit 1
) o
left join drive_day c on c.day = d.day and c.number = 1 + floor(6 * dice(d.n, 68))::int4 and dice(d.n, 69) < 0.3;

-- The ways that leads go, and how often of a thousand. T: told, where anybody is to be told, and closed.
create table way as
select w.number,
       sum(w.weight) over (order by w.number) - w.weight as low,
       sum(w.weight) over (order by w.number) as high,
       string_to_array(replace(w.steps, 'T', '9,10'), ',')::int2[] as told,
       string_to_array(replace(w.steps, 'T', '10'), ',')::int2[] as untold
from (
  values (1, 330, '1,2,3,4,7,8,T'),
    (2, 150, '1,2,3,4,6,7,8,T'),
    (3, 60, '1,2,3,4,5,4,7,8,T'),
    (4, 30, '1,2,3,4,5,7,8,T'),
    (5, 30, '1,2,3,4,7,4,7,8,T'),
    (6, 10, '1,2,3,4,6,7,6,7,8,T'),
    (7, 30, '1,2,3,4,7,8,T,15,4,7,8,T'),
    (8, 12, '1,2,3,4,6,7,8,T,15,4,7,8,T'),
    (9, 6, '1,2,3,4,7,8,T,15,4,7,8,T,15,4,6,7,8,T'),
    (10, 8, '1,2,3,4,7,8,15,4,7,8,T'),
    (11, 45, '1,11'),
    (12, 5, '1,11,15,4,7,8,T'),
    (13, 25, '1,2,12,1,2,3,4,7,8,T'),
    (14, 8, '1,12'),
    (15, 30, '1,2,3,4,13'),
    (16, 4, '1,2,3,4,13,15,4,7,8,T'),
    (17, 50, '1,2,3,4,14,10'),
    (18, 15, '1,2,3,4,14'),
    (19, 5, '1'),
    (20, 8, '1,2'),
    (21, 8, '1,2,3'),
    (22, 15, '1,2,3,4'),
    (23, 8, '1,2,3,4,6'),
    (24, 8, '1,2,3,4,7')
) w(number, weight, steps);

-- How many days a step takes on average, by where it leads to.
create table pace (to_state int2 primary key, mean_days float8 not null);
insert into pace (to_state, mean_days)
values (1, 5), (2, 4), (3, 2), (4, 4), (5, 8), (6, 25), (7, 22), (8, 5), (9, 6), (10, 4), (11, 4), (12, 3), (13, 40), (14, 25), (15, 60);

-- Everything about a lead that its later records go by, numbered in the order in which leads were received. What campaigns find becomes a case
-- more often.
create table story as
select r.*,
       w.number as way,
       case when r.has_reporter or dice(r.n, 70) < 0.3 then w.told else w.untold end as steps
from (
  select o.n,
         id_at(o.received_at, o.n, 302) as id,
         o.received_at,
         o.uploaded_at,
         o.channel,
         o.visit_id,
         o.place,
         p.code as region_code,
         o.raised_by,
         o.office_id,
         o.campaign_id,
         o.sweep_round,
         k.class,
         k.matched,
         case
           when k.matched then a.county_office
           when dice(o.n, 71) < 0.65 and a.opened_on <= o.received_at::date then a.township_office
           else a.county_office
         end as answering_office,
         case
           when k.matched then draw(a.county_officers, dice(o.n, 72))
           when dice(o.n, 71) < 0.65 and a.opened_on <= o.received_at::date then draw(a.township_officers, dice(o.n, 72))
           else draw(a.county_officers, dice(o.n, 72))
         end as handler_id,
         a.county_office,
         a.county_leaders[1] as county_leader,
         draw(a.county_supervisors, dice(o.n, 73)) as county_supervisor,
         case when k.matched then draw(a.township_officers, dice(o.n, 74)) end as matched_user,
         dice(o.n, 75) < case when o.channel <= 4 then 0.55 else 0.45 end as has_reporter,
         dice(o.n, 76) * (select max(high) from way) as luck
  from (
    select row_number() over (order by r.received_at, r.source) as n, r.*
    from raised r
  ) o
  join answering a on a.place = o.place
  join place p on p.number = o.place
  cross join lateral (
    select c.class, c.class = 1 and o.office_id <> a.township_office and dice(o.n, 77) < 0.05 as matched
    from (select (array[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4])[1 + floor(20 * dice(o.n, 78))::int4]::int2 as class) c
  ) k
) r
join way w on case
    when r.campaign_id is not null and dice(r.n, 118) < 0.4 then w.number = 2
    else r.luck >= w.low and r.luck < w.high
  end;
alter table story drop column luck;
alter table story add primary key (n);

-- Every step that was taken until now.
create table step as
select l.n, t.place, t.from_state, t.to_state, t.at,
       lead(t.to_state) over w as next_state,
       lead(t.at) over w as next_at
from setting s
cross join story l
cross join lateral (
  select k.place::int2 as place,
         lag(k.state) over (order by k.place) as from_state,
         k.state as to_state,
         l.uploaded_at + sum(case when k.place = 1 then interval '0' else wait_days(p.mean_days, dice(l.n * 32 + k.place, 79)) + interval '20 minutes' end)
           over (order by k.place) as at
  from unnest(l.steps) with ordinality k(state, place)
  join pace p on p.to_state = k.state
) t
where t.at <= s.until::timestamptz
window w as (partition by l.n order by t.place);
alter table step add primary key (n, place);

-- When what began on a day is due, by the number of working days: worked out once a day, not once a lead.
create table due as
select d.day::date as day, w.working_days, end_of_working_days(w.working_days, d.day::timestamp at time zone 'Asia/Shanghai') as at
from setting s
cross join generate_series(s.since, s.until, interval '1 day') d(day)
cross join (select working_days from lead_deadline union select 15) w;
alter table due add primary key (day, working_days);
analyze story, step, due;

-- What is found by a conclusion that is proposed with the step of this place.
create function finding_at(n int8, place int4, from_state int2) returns int2
language sql immutable parallel safe
return case
  when from_state = 6 then 1
  else (array[1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4])[1 + floor(20 * dice(n * 32 + place, 328))::int4]
end;

create function narrative_of(n int8, village text, township text, class int2) returns text
language sql stable parallel safe
return case
  when class = 2 then village || pick('{建议加快通村道路硬化，雨季出行困难。,希望定期公开村级账目，逐项说明支出。,建议增加卫生室药品种类，方便老人就医。,建议改进办事流程，减少证明材料。}', dice(n, 80))
  else '反映' || village || pick('{村民小组,村委会,村党支部,合作社,驻村工作队}', dice(n, 81)) || pick('{王某,李某,张某,刘某,陈某,包某,白某,赵某}', dice(n, 82))
    || pick('{在低保评定中优亲厚友，把不符合条件的亲属纳入,虚报冒领惠农补贴，面积与实际不符,截留危房改造资金，未足额发放,侵占村集体土地承包费，账目多年未公开,办理审批手续时吃拿卡要，收受烟酒,在征地拆迁补偿中弄虚作假，多报附着物,违规收取卫生费、水费，不开票据,对群众诉求推诿扯皮，不作为慢作为,违规流转草场，未经村民代表会议,套取扶贫项目资金，用于个人支出,为非法采砂人员充当保护伞,报销虚假发票，套取工程款}', dice(n, 83))
    || '。' || pick('{涉及,大约涉及}', dice(n, 84)) || (2 + floor(60 * dice(n, 85) ^ 2))::int4 || pick('{户,人次,亩,笔}', dice(n, 86))
    || pick('{，群众意见很大。,，多次反映未得到答复。,，有村民可以作证。,，请求调查核实。,，有照片和收据为证。}', dice(n, 87))
    || case when dice(n, 88) < 0.4 then '事情发生在' || (2015 + floor(9 * dice(n, 89)))::int4 || '年' || (1 + floor(12 * dice(n, 90)))::int4 || '月，' || township || '曾派人了解情况。' else '' end
end;

create procedure make_leads(part int4, parts int4)
language plpgsql as $$
declare
  chunk constant int8 := 20000;
  batch int8;
begin
  for batch in select b from generate_series(0, (select max(n) / chunk from story)) b where b % parts = part loop
    insert into lead (
      id, region_code, current_code, channel, class, occurrence, domain, problem_type, cause, received_at, visit_id, accused_names, accused_units,
      accused_posts, accused_users, accused_offices, amount_fen, narrative, campaign_id, sweep_round, confidential, has_reporter, state, finding,
      raised_by, handler_id, office_id, offered_user, offered_office, due_at, answer_due_at, etag, uploaded_at, written_by, written_at
    )
    select l.id,
           l.region_code,
           l.region_code,
           l.channel,
           l.class,
           case
             when dice(l.n, 100) < 0.70 then 1
             when dice(l.n, 100) < 0.90 then 2
             when dice(l.n, 100) < 0.96 then case when l.channel <= 4 then 3 else 1 end
           end,
           t.domain,
           case when dice(l.n, 101) < 0.95 then
             (array['favouritism', 'favouritism', 'favouritism', 'skimming', 'extortion', 'extortion', 'embezzlement', 'embezzlement', 'misappropriation',
               'false_claims', 'false_claims', 'bribery', 'illegal_fees', 'inaction', 'inaction', 'inaction', 'rough_conduct', 'shielding', 'other'])
               [1 + floor(19 * dice(l.n, 102))::int4]
           end,
           case when dice(l.n, 103) < 0.95 then
             (array['subsistence_allowance', 'subsistence_allowance', 'subsistence_allowance', 'farm_subsidies', 'farm_subsidies', 'housing_renovation',
               'poverty_projects', 'land_requisition', 'land_requisition', 'grassland_forest', 'collective_assets', 'collective_assets', 'construction',
               'social_insurance', 'education', 'environment', 'village_affairs', 'mining', 'law_enforcement', 'administrative_approval', 'other'])
               [1 + floor(21 * dice(l.n, 104))::int4]
           end,
           l.received_at,
           l.visit_id,
           a.names,
           array_fill(unit_name(p.township_name, dice(l.n, 105)), array[cardinality(a.names)]),
           array_fill(post_name(dice(l.n, 106)), array[cardinality(a.names)]),
           array_fill(null::uuid, array[cardinality(a.names) - a.matched]) || array_fill(l.matched_user, array[a.matched]),
           array_fill(null::uuid, array[cardinality(a.names)]),
           case when dice(l.n, 107) < 0.25 then (exp(9 + 3.5 * dice(l.n, 108)) * 100)::int8 end,
           narrative_of(l.n, p.name, p.township_name, l.class),
           l.campaign_id,
           l.sweep_round,
           l.class = 1 or dice(l.n, 109) < 0.1,
           l.has_reporter,
           e.to_state,
           (
             select finding_at(q.n, q.place, q.from_state)
             from step q
             where q.n = l.n and q.to_state = 7 and q.next_state = 8
             order by q.place desc
             limit 1
           ),
           l.raised_by,
           h.handler_id,
           h.office_id,
           case when e.to_state = 3 and h.handler_id <> l.handler_id then l.handler_id end,
           case when e.to_state = 12 then l.county_office end,
           due.at,
           owed.at,
           etag_of(l.id),
           l.uploaded_at,
           case when e.place = 1 then l.raised_by else h.handler_id end,
           e.at
    from story l
    join place p on p.number = l.place
    join step e on e.n = l.n and e.next_state is null
    left join drive d on d.id = l.campaign_id
    cross join lateral (
      select coalesce(d.domain, case when dice(l.n, 110) < 0.9 then
        (array['poverty', 'poverty', 'poverty', 'livelihood', 'livelihood', 'livelihood', 'livelihood', 'umbrella', 'business', 'business', 'judicial', 'coal',
          'other', 'other'])[1 + floor(14 * dice(l.n, 111))::int4] end) as domain
    ) t
    cross join lateral (
      select case
               when l.class <> 1 then '{}'
               when dice(l.n, 112) < 0.1 then array[person_name(l.n, 113), person_name(l.n, 115)]
               when l.matched or dice(l.n, 112) < 0.95 then array[person_name(l.n, 113)]
               else '{}'
             end as names,
             l.matched::int4 as matched
    ) a
    cross join lateral (
      select case when x.accepted then l.handler_id else l.raised_by end as handler_id,
             case when x.accepted then l.answering_office else l.office_id end as office_id
      from (select exists (select from step q where q.n = l.n and q.to_state = 4) as accepted) x
    ) h
    left join lateral (
      select d.working_days
      from lead_deadline d
      where d.state = e.to_state
        and (d.domain is null or d.domain = t.domain)
      order by d.domain nulls last
      limit 1
    ) days on true
    left join due on due.day = local_day(e.at) and due.working_days = days.working_days
    left join due owed on owed.day = local_day(e.at) and owed.working_days = 15
      and l.has_reporter and (e.to_state in (8, 14) or e.to_state in (2, 3, 4) and dice(l.n, 117) < 0.1)
    where l.n > batch * chunk
      and l.n <= (batch + 1) * chunk;

    insert into lead_reporter (lead_id, anonymous, written_by, written_at)
    select l.id, not l.has_reporter, l.raised_by, l.uploaded_at
    from story l
    where l.n > batch * chunk
      and l.n <= (batch + 1) * chunk
      and (l.has_reporter or l.channel <= 4);

    -- The timeline: raised, handed over when its handler begins, and every step.
    insert into lead_event (id, lead_id, kind, at, actor_id, from_state, to_state, user_id, office_id)
    select id_at(t.at, t.n * 32 + t.place, 303),
           l.id,
           case when t.place = 1 then 1 else 5 end,
           case when t.place = 1 then l.uploaded_at else t.at end,
           case
             when t.place = 1 then l.raised_by
             when t.to_state in (4, 5, 7, 9) and t.from_state <> 7 then l.handler_id
             else coalesce(nullif(l.county_supervisor, l.handler_id), l.county_leader)
           end,
           t.from_state,
           case when t.place > 1 then t.to_state end,
           case when t.to_state = 3 then l.handler_id end,
           case when t.to_state = 12 then l.county_office end
    from story l
    join step t on t.n = l.n
    where l.n > batch * chunk
      and l.n <= (batch + 1) * chunk
    union all
    select id_at(t.at, t.n * 32 + t.place, 305), l.id, 7, t.at - interval '5 minutes', l.handler_id, null, null, l.handler_id, l.answering_office
    from story l
    join step t on t.n = l.n and t.from_state = 3 and t.to_state = 4
    where l.n > batch * chunk
      and l.n <= (batch + 1) * chunk
      and l.raised_by <> l.handler_id;
    commit;
  end loop;
end
$$;
