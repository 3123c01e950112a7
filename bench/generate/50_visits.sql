-- Visits, a month a transaction: who went where, what for, what was found. Months are shared out among several at once.
set search_path = generate, zoufang;

create table visit_day as select * from day_numbers((select visits from setting), 300);

create function purpose_of(kind int2, luck float8) returns text
language sql immutable parallel safe
return case kind
  when 1 then pick('{下访排查问题线索,入户走访低保户,核查惠农补贴发放,走访移民搬迁户,了解村务公开情况,核实群众反映问题,走访脱贫不稳定户,排查矛盾纠纷}', luck)
  when 2 then pick('{领导接访日,接待来访群众,预约接访}', luck)
  when 3 then pick('{回访办结事项反映人,回访受处分人员,回访整改落实情况}', luck)
  when 4 then pick('{召开村民代表座谈会,与村两委座谈,听取人大代表意见}', luck)
  when 5 then pick('{民生满意度问卷调查,政风行风问卷,村务公开满意度调查}', luck)
  when 6 then pick('{明察窗口服务作风,暗访工作日午间饮酒,检查公车使用,暗访办事大厅效率,检查扶贫项目工地}', luck)
  when 7 then pick('{旗县间交叉检查,交叉核查扶贫资金,交叉检查低保台账}', luck)
  else pick('{监察法宣传进村,集市普法宣传,发放宣传手册,廉洁文化进校园}', luck)
end;

create function finding_of(village text, luck float8, other float8) returns text
language sql immutable parallel safe
return village || pick('{村务公开栏内容更新及时，群众反映较好。,惠农补贴发放台账与银行流水核对一致。,低保评议会议记录不完整，已要求补齐。,部分农户不清楚补贴标准，现场作了解释。,村集体土地发包未公示，需进一步核实。,危房改造户验收资料齐全，房屋已入住。,群众反映道路硬化质量差，雨后塌陷。,草场补奖面积与实际不符，登记备查。,村会计代领补贴未及时发放，已当场退还。,自来水入户收费偏高，群众意见较大。,环境整治资金使用情况群众知晓率低。,互助资金借款超期未还，要求限期收回。}', luck)
  || pick('{共走访农户，记录在案。,将持续跟踪。,已向苏木乡镇反馈。,下月回访。,建议纳入重点村管理。,无其他问题。}', other);

create procedure make_visits(part int4, parts int4)
language plpgsql as $$
declare
  month record;
begin
  for month in
    select date_trunc('month', d.day)::date as begins
    from visit_day d
    group by 1
    having extract(month from min(d.day))::int4 % parts = part
    order by 1
  loop
    with made as (
    insert into visit (
      id, kind, region_code, current_code, recorder_id, office_id, team, started_at, ended_at, latitude, longitude, accuracy, place, visitor_names,
      visitor_units, led_by, purpose, people_met, material_names, material_copies, findings, solved_descriptions, solved_leads, survey_questions,
      survey_answers, survey_counts, campaign_id, sweep_round, state, hold_reason, etag, received_at, written_by, written_at
    )
    select v.id,
           v.kind,
           v.region_code,
           v.region_code,
           v.recorder_id,
           v.office_id,
           v.team,
           v.started_at,
           v.ended_at,
           case when dice(v.n, 20) < 0.9 then v.latitude + 0.02 * dice(v.n, 21) end,
           case when dice(v.n, 20) < 0.9 then v.longitude + 0.02 * dice(v.n, 22) end,
           case when dice(v.n, 20) < 0.9 then round(5 + 60 * dice(v.n, 23) ^ 3) end,
           case when dice(v.n, 24) < 0.3 then pick('{村委会,村民活动室,农户家中,党群服务中心,集市,办事大厅}', dice(v.n, 25)) end,
           case when v.joint then array[person_name(v.n, 26)] else '{}' end,
           case when v.joint then array[pick('{民政局,农牧局,财政局,审计局,林草局,教育局}', dice(v.n, 28))] else '{}' end,
           v.led_by,
           purpose_of(v.kind, dice(v.n, 29)),
           (array[6, 5, 2, 15, 30, 4, 6, 60])[v.kind] * (0.3 + 1.7 * dice(v.n, 30)),
           case when v.copies > 0 then array[pick('{监察法宣传册,举报须知,惠民政策明白纸,廉政漫画}', dice(v.n, 31))] else '{}' end,
           case when v.copies > 0 then array[v.copies] else '{}' end,
           case when dice(v.n, 32) < 0.7 then finding_of(v.name, dice(v.n, 33), dice(v.n, 34)) end,
           case when v.solves then array[pick('{当场退还多收费用,协调补发补贴,现场解答政策疑问,督促公示账目,调解邻里纠纷,帮助补办手续}', dice(v.n, 35))] else '{}' end,
           case when v.solves then array[null]::uuid[] else '{}' end,
           case when v.kind = 5 then '{对村务公开是否满意,对村务公开是否满意}'::text[] else '{}' end,
           case when v.kind = 5 then '{满意,不满意}'::text[] else '{}' end,
           case when v.kind = 5 then array[(10 + 30 * dice(v.n, 36))::int4, (8 * dice(v.n, 37))::int4] else '{}' end,
           v.campaign_id,
           v.sweep_round,
           case
             when dice(v.n, 38) < 0.01 then 3
             when v.received_at > v.started_at + interval '30 days' and v.received_at > v.until::timestamptz - interval '20 days' then 2
             else 1
           end,
           case when v.received_at > v.started_at + interval '30 days' then 2 end,
           etag_of(v.id),
           v.received_at,
           v.recorder_id,
           v.received_at
    from (
      select w.*,
             id_at(w.started_at, w.n, 301) as id,
             w.started_at + make_interval(mins => 20 + (160 * dice(w.n, 40))::int4) as ended_at,
             least(w.started_at + case
               when dice(w.n, 41) < 0.9 then make_interval(mins => 200 + (600 * dice(w.n, 42))::int4)
               when dice(w.n, 41) < 0.99 then make_interval(mins => 1000 + (38000 * dice(w.n, 42) ^ 3)::int4)
               else make_interval(mins => 43300 + (10000 * dice(w.n, 42))::int4)
             end, w.until::timestamptz) as received_at,
             case
               when w.others = '{}' then '{}'
               else array(select distinct o from unnest(array[draw(w.others, dice(w.n, 43)), draw(w.others, dice(w.n, 44))]) o where o <> w.recorder_id order by o)
             end as team,
             case
               when w.kind = 8 then (20 + 180 * dice(w.n, 45))::int4
               when w.kind = 1 and dice(w.n, 46) < 0.15 then (5 + 25 * dice(w.n, 45))::int4
               else 0
             end as copies,
             w.kind in (1, 2) and dice(w.n, 47) < 0.2 as solves,
             dice(w.n, 48) < 0.08 as joint,
             case when w.kind = 2 then case when dice(w.n, 49) < 0.9 then draw(w.leading, dice(w.n, 50)) else w.recorder_id end end as led_by
      from (
        select d.n,
               k.kind,
               time_on(d.day, 8, 17.5, dice(d.n, 10)) as started_at,
               case when k.kind = 2 then case when a.by_township then p.township else p.county end else p.code end as region_code,
               p.name,
               p.latitude,
               p.longitude,
               case when a.by_township then a.township_office else a.county_office end as office_id,
               draw(case when a.by_township then a.township_officers else a.county_officers end, dice(d.n, 51)) as recorder_id,
               case when a.by_township then a.township_officers else a.county_officers end as others,
               case when a.by_township then a.township_leaders else a.county_leaders end as leading,
               c.campaign_id,
               c.sweep_round,
               s.until
        from (
          select g.n, o.day
          from visit_day o
          cross join lateral generate_series(o.first, o.last) g(n)
          where o.day >= month.begins
            and o.day < month.begins + interval '1 month'
        ) d
        cross join setting s
        cross join lateral (
          select (array[1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 6, 7, 8, 8])[1 + floor(20 * dice(d.n, 52))::int4]::int2 as kind
        ) k
        join ticket t on t.number = drawn(dice(d.n, 53))
        join place p on p.number = t.place
        cross join lateral (
          select o.*, o.opened_on <= d.day and k.kind not in (6, 7) and dice(d.n, 54) < 0.8 as by_township
          from answering o
          where o.place = p.number
        ) a
        left join drive_day c on k.kind <> 2 and dice(d.n, 56) < case when k.kind = 6 then 0.4 else 0.2 end and c.day = d.day
          and c.number = case when k.kind = 6 and dice(d.n, 57) < 0.5 then 4 else 1 + floor(6 * dice(d.n, 55))::int4 end
      ) w
    ) v
    returning id, started_at, team, recorder_id, kind, state, current_code, office_id, campaign_id, latitude, longitude
    )
    insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id, latitude, longitude)
    select m.user_id, v.started_at, v.id, v.kind, v.state, v.current_code, v.office_id, v.campaign_id, v.latitude, v.longitude
    from made v
    cross join lateral unnest(v.team || v.recorder_id) m(user_id);
    commit;
  end loop;
end
$$;
