-- What is around visits and leads: recommendations, interviews, publications, education, commendations, rankings.
set search_path = generate, zoufang;

-- Offices that do such things, and how often in a hundred days each does.
create table issuer as
select c.office_id, c.kind, c.region_code, r.name, c.leaders[1] as author, o.opened_on,
       row_number() over (order by c.kind, c.region_code) as number
from crew c
join region r on r.code = c.region_code
join office o on o.id = c.office_id;

-- Days on which an office does something that it does so many times a year.
create function occasions(times float8[], salt int4)
returns table (n int8, id uuid, office_id uuid, kind int2, region_code int8, name text, author uuid, day date, etag bytea, at timestamptz)
language sql stable as $$
  select m.n, id_of(m.n, salt), i.office_id, i.kind, i.region_code, i.name, i.author, m.day, etag_of(id_of(m.n, salt)), time_on(m.day, 9, 18, dice(m.n, salt + 1))
  from generate.setting s
  cross join generate.issuer i
  cross join generate_series(0, 59) month
  cross join lateral generate_series(1, ceil(times[i.kind] / 12)::int4) turn
  cross join lateral (
    select (i.number * 60 + month) * 16 + turn as n,
           (s.since + (month * 30.4 + 30 * generate.dice((i.number * 60 + month) * 16 + turn, salt + 2))::int4) as day
  ) m
  where dice(m.n, salt + 3) < times[i.kind] / 12 / ceil(times[i.kind] / 12)
    and m.day >= i.opened_on
    and m.day < s.until
$$;

insert into interview (
  id, office_id, region_code, current_code, held_on, person_names, person_units, person_posts, reason, record, etag, created_by, created_at, written_by,
  written_at
)
select o.id, o.office_id, o.region_code, o.region_code, o.day, array[person_name(o.n, 502)], array[unit_name(o.name, dice(o.n, 504))],
       array[pick('{党委书记,镇长,局长,主任}', dice(o.n, 505))],
       pick('{信访举报量居高不下,监察建议整改不到位,村务公开不规范,扶贫资金滞留,窗口作风问题突出}', dice(o.n, 506)), '已就有关问题进行提醒，要求限期整改。',
       o.etag, o.author, o.at, o.author, o.at
from occasions('{12,10,0.5}', 500) o;

insert into education (
  id, office_id, region_code, current_code, held_on, title, place, people_reached, etag, created_by, created_at, written_by, written_at
)
select o.id, o.office_id, o.region_code, o.region_code, o.day, pick('{警示教育大会,观看警示教育片,参观廉政教育基地,以案促改专题会,旁听职务犯罪庭审}', dice(o.n, 512)),
       o.name, (20 + 300 * dice(o.n, 513) ^ 2)::int4, o.etag, o.author, o.at, o.author, o.at
from occasions('{10,14,3}', 510) o;

insert into commendation (
  id, office_id, region_code, current_code, given_on, person_name, person_unit, person_post, etag, created_by, created_at, written_by, written_at
)
select o.id, o.office_id, o.region_code, o.region_code, o.day, person_name(o.n, 522), unit_name(o.name, dice(o.n, 524)), post_name(dice(o.n, 525)),
       o.etag, o.author, o.at, o.author, o.at
from occasions('{8,6,0.3}', 520) o;

-- Every county and the prefecture is rated once a year, for the year before.
insert into indicator (
  id, kind, region_code, current_code, year, rank, ranked_of, source, etag, created_by, created_at, written_by, written_at
)
select t.id, k.kind, i.region_code, i.region_code, y.year, 1 + floor(12 * dice(t.n, 532))::int4, 12,
       case k.kind when 1 then '自治区统计局党风廉政建设满意度调查' else '自治区民生绩效考核' end, etag_of(t.id), i.author, y.at, i.author, y.at
from setting s
join issuer i on i.kind <= 2
cross join (values (1), (2)) k(kind)
cross join lateral (
  select g as year, time_on(make_date(g::int4 + 1, 2, 1), 9, 17, 0.5) as at
  from generate_series(extract(year from s.since) - 1, extract(year from s.until) - 1) g
) y
cross join lateral (
  select (i.number * 10 + k.kind) * 10000 + y.year::int8 as n, id_of((i.number * 10 + k.kind) * 10000 + y.year::int8, 530) as id
) t
where y.at < s.until::timestamptz;

-- 三务公开 by townships, 公告 by commissions.
insert into publication (
  id, kind, office_id, region_code, current_code, title, published_on, matter, in_force_to, etag, created_by, created_at, written_by, written_at
)
select o.id, 1, o.office_id, o.region_code, o.region_code, o.name || pick('{低保名单公示,惠农补贴发放明细,村级财务收支,党员发展公示,工程项目招标结果,集体资产台账}', dice(o.n, 542)),
       o.day, 1 + floor(3 * dice(o.n, 543))::int4, case when dice(o.n, 544) < 0.6 then o.day + (30 + 400 * dice(o.n, 545))::int4 end, o.etag, o.author, o.at,
       o.author, o.at
from occasions('{4,12,12}', 540) o;

insert into publication (
  id, kind, office_id, region_code, current_code, title, body, published_on, views, views_read_on, etag, created_by, created_at, written_by, written_at
)
select o.id, 2, o.office_id, o.region_code, o.region_code, pick('{关于公布举报方式的公告,关于开展“微腐败”大清扫的公告,领导干部接访安排,关于公开征集问题线索的公告}', dice(o.n, 552)),
       '广大群众可通过来信、来访、网络、电话反映问题。', o.day, case when dice(o.n, 553) < 0.95 then (exp(3 + 6 * dice(o.n, 554)))::int8 end,
       case when dice(o.n, 553) < 0.95 then o.day + (40 * dice(o.n, 555))::int4 end, o.etag, o.author, o.at, o.author, o.at
from occasions('{40,20,0}', 550) o;

-- Cases that were made public as a warning, those of campaigns more often.
insert into publication (
  id, kind, office_id, region_code, current_code, title, published_on, case_id, etag, created_by, created_at, written_by, written_at
)
select id_of(p.n, 560), 3, i.office_id, i.region_code, i.region_code, '关于' || p.title || '的通报', p.day, p.id, etag_of(id_of(p.n, 560)), i.author,
       time_on(p.day, 9, 17, 0.5), i.author, time_on(p.day, 9, 17, 0.5)
from setting s
cross join (
  select m.n, c.id, left(c.title, 100) as title, c.current_code, local_day(max(h.approved_at)) + 1 + (30 * dice(m.n, 562))::int4 as day
  from matter m
  join case_file c on c.id = m.id
  join handling h on h.case_id = c.id and h.approved_at is not null and h.discipline is not null
  where dice(m.n, 561) < case when m.campaign_id is null then 0.05 else 0.3 end
  group by m.n, c.id
) p
join issuer i on i.kind = 2 and i.region_code = p.current_code / 1000000 * 1000000
where p.day < s.until;

-- 监察建议书 that follow from cases, and others. Items are looked at around the day they are due; some are late, some were not rectified.
create table advice as
select row_number() over (order by a.day, a.office_id, a.n) as n, a.office_id, a.region_code, a.name, a.author, a.day, a.case_id
from (
  select o.n, o.office_id, o.region_code, o.name, o.author, o.day, null::uuid as case_id
  from occasions('{6,8,0.2}', 570) o
  union all
  select m.n, i.office_id, i.region_code, i.name, i.author, local_day(m.filed_at) + 20 + (60 * dice(m.n, 571))::int4, m.id
  from matter m
  join case_file c on c.id = m.id
  join issuer i on i.kind = 2 and i.region_code = c.current_code / 1000000 * 1000000
  where dice(m.n, 572) < 0.06
) a
cross join setting s
where a.day < s.until;

insert into recommendation (
  id, office_id, region_code, current_code, number, addressed_to, issued_on, reply_due_on, case_id, item_texts, item_due_on, item_verified_on,
  item_rectified, replied_on, reply, institution_names, institution_revised_on, etag, created_by, created_at, written_by, written_at
)
select id_of(a.n, 580), a.office_id, a.region_code, a.region_code,
       '监建〔' || extract(year from a.day) || '〕' || row_number() over (partition by a.office_id, extract(year from a.day) order by a.n) || '号',
       unit_name(a.name, dice(a.n, 581)), a.day, a.day + 30, a.case_id, i.texts, i.due, i.verified, i.rectified,
       case when r.replied then a.day + (40 * dice(a.n, 582))::int4 end,
       case when r.replied then '已按建议逐项整改，现将情况报告如下。' end,
       case when r.revised < s.until then array[pick('{财务管理制度,公务接待办法,低保评议规则,工程招标办法,集体资产处置办法}', dice(a.n, 583))] else '{}' end,
       case when r.revised < s.until then array[r.revised] else '{}' end,
       etag_of(id_of(a.n, 580)), a.author, time_on(a.day, 9, 17, 0.5), a.author, time_on(a.day, 9, 17, 0.5)
from setting s
cross join advice a
cross join lateral (
  select array_agg(pick('{完善内部管理制度,公开相关账目,退还违规收取的费用,加强干部教育,规范审批流程,追责相关责任人}', dice(a.n * 8 + g, 584)) order by g) as texts,
         array_agg(t.due order by g) as due,
         array_agg(case when t.verified < s.until then t.verified end order by g) as verified,
         array_agg(case when t.verified < s.until then dice(a.n * 8 + g, 585) < 0.85 end order by g) as rectified
  from generate_series(1, 1 + floor(4 * dice(a.n, 586))::int4) g
  cross join lateral (
    select a.day + 30 + (60 * dice(a.n * 8 + g, 587))::int4 as due,
           a.day + 30 + (60 * dice(a.n * 8 + g, 587))::int4 + (60 * dice(a.n * 8 + g, 588))::int4 - 30 as verified
  ) t
) i
cross join lateral (
  select a.day + 40 < s.until and dice(a.n, 589) < 0.9 as replied,
         case when dice(a.n, 590) < 0.5 then a.day + (150 * dice(a.n, 591))::int4 else 'infinity'::date end as revised
) r;
