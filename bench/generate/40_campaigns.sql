-- Campaigns of the five domains, one a year each, and the yearly “微腐败”大清扫 with its three rounds: in the first year only where all three fit in.
set search_path = generate, zoufang;

create table drive as
select id_of(y * 10 + d.number, 200) as id,
       d.number,
       d.domain,
       extract(year from s.since)::int4 + y || '年' || d.name as name,
       d.plan,
       d.number = 6 as sweeps,
       greatest(make_date(extract(year from s.since)::int4 + y, d.month, 1), s.since) as starts_on,
       make_date(extract(year from s.since)::int4 + y, d.month, 1) + d.days as ends_on
from setting s
cross join generate_series(0, 5) y
cross join (
  values (1, 'poverty', '扶贫惠民领域专项整治', '核查扶贫资金、低保五保与惠农补贴的发放。', 1, 364),
    (2, 'livelihood', '民生领域损害群众利益问题集中整治', '整治教育、医疗、社保领域的突出问题。', 1, 364),
    (3, 'umbrella', '扫黑除恶“打伞破网”专项行动', '深挖涉黑涉恶背后的“保护伞”。', 1, 364),
    (4, 'business', '优化营商环境专项整治', '纠治吃拿卡要、不作为慢作为。', 1, 364),
    (5, 'judicial', '政法系统执法司法突出问题整治', '整治有案不立、执法不公。', 1, 364),
    (6, 'livelihood', '“微腐败”大清扫', '逐村逐户清扫发生在群众身边的“微腐败”。', 3, 270)
) d(number, domain, name, plan, month, days)
where make_date(extract(year from s.since)::int4 + y, d.month, 1) < s.until
  and make_date(extract(year from s.since)::int4 + y, d.month, 1) + d.days - case d.number when 6 then 180 else 90 end > s.since;

insert into campaign (
  id, name, domain, plan, region_codes, land, starts_on, ends_on, round_numbers, round_first_days, round_last_days, round_names, closed_on, etag,
  created_by, created_at, written_by, written_at
)
select d.id, d.name, d.domain, d.plan, array[r.code], int8multirange(int8range(r.first, r.last, '[]')), d.starts_on, d.ends_on,
       case when d.sweeps then '{1,2,3}' else '{}'::int4[] end,
       case when d.sweeps then array[d.starts_on, d.starts_on + 90, d.starts_on + 180] else '{}' end,
       case when d.sweeps then array[d.starts_on + 89, d.starts_on + 179, d.ends_on] else '{}' end,
       case when d.sweeps then '{第一轮,第二轮,第三轮}' else '{}'::text[] end,
       case when d.ends_on + 30 < s.until then d.ends_on + 30 end,
       etag_of(d.id), w.supervisors[1], time_on(d.starts_on - 10, 9, 17, 0.5), w.supervisors[1], time_on(d.starts_on - 10, 9, 17, 0.5)
from setting s
cross join drive d
cross join whole_city w
join region r on r.code = w.region_code;

-- What a record of a day may name: the campaign of each kind, and the round that runs.
create table drive_day as
select d.number, day::date as day, d.id as campaign_id, d.domain,
       case when d.sweeps then least(1 + (day::date - d.starts_on) / 90, 3)::int4 end as sweep_round
from drive d
cross join generate_series(d.starts_on, least(d.ends_on, (select until from setting)), interval '1 day') day;
alter table drive_day add primary key (day, number);
