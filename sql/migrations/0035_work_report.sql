-- The figures of a work report, what follows from outcomes and cases and what offices did; and all of them put together.
set local search_path = zoufang;

-- Persons dealt with by conclusions in force; officials cleared, on the day of it, whenever their conclusion was approved.
create function figures_of_outcomes(windows figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  select case p.kind when 2 then 'false_accusers' else 'officials_cleared' end, p.k, count(*)
  from (
    select distinct f.kind, w.k, f.once
    from unnest(windows) w
    join fact f on f.region_code / 1000000 = w.county and f.region_code between w.first and w.last
    where f.kind in (2, 3)
      and f.state <> 11
      and (f.accused is null or not f.accused && blinded)
      and (f.undone_at is null or f.undone_at >= w.ends_at)
      and case
        when f.cleared_on is null then f.at >= w.from_at and f.at < w.until_at
        else f.cleared_on >= w.from_day and f.cleared_on < w.until_day
      end
  ) p
  group by p.kind, p.k;
end
$$;

-- Cases, their persons, how these were handled, and reviews.
create index publication_of_case on publication (published_on) include (case_id) where kind = 3 and withdrawn_at is null;
create index case_file_accused on case_file using gin (accused) where accused is not null;
create index person_counted on person (id) include (same_as) where same_as is not null;

create function figures_of_cases(windows figure_window[], wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp set work_mem = '64MB' as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  -- Of facts in windows the planner expects few: what they are joined with is read once, not looked up for each.
  with known as materialized (
    select p.id, p.same_as from person p where p.same_as is not null
  ),
  drive as materialized (
    select g.id, g.domain from campaign g
  ),
  done as materialized (
    select f.k, f.kind, g.domain, f.sweep, f.kind = 9 or f.disciplined as disciplined,
           case f.kind when 7 then f.holder_id else coalesce(p.same_as, f.once) end as counted
    from facts_within(windows, '{7,8,9,10}', blinded) f
    left join drive g on g.id = f.campaign_id
    left join known p on p.id = f.once
    where f.campaign_id is not null
       or f.sweep
  )
  select d.domain || v.suffix, d.k, v.value
  from (
    select d.domain, d.k,
           count(*) filter (where d.kind = 7) as cases,
           count(*) filter (where d.kind = 8 and d.disciplined) as disciplined,
           count(*) filter (where d.kind = 9) as transferred
    from (select distinct d.k, d.domain, d.kind, d.disciplined, d.counted from done d where d.domain is not null) d
    group by d.domain, d.k
  ) d
  cross join lateral (values ('_cases', d.cases), ('_disciplined', d.disciplined), ('_transferred', d.transferred)) v(suffix, value)
  union all
  select v.key, d.k, v.value
  from (
    select d.k,
           count(*) filter (where d.kind = 7) as cases,
           count(*) filter (where d.kind = 8 and d.disciplined) as disciplined,
           count(*) filter (where d.kind = 9) as transferred,
           count(*) filter (where d.kind = 10 and d.disciplined) as reviews
    from (select distinct d.k, d.kind, d.disciplined, d.counted from done d where d.sweep) d
    group by d.k
  ) d
  cross join lateral (
    values
      ('sweep_cases', d.cases),
      ('sweep_disciplined', d.disciplined),
      ('sweep_transferred', d.transferred),
      ('disciplinary_reviews', d.reviews)
  ) v(key, value)
  union all
  select v.key, d.k, v.value
  from (
    select f.k, count(*) as forms, count(*) filter (where f.form = 1) as first_form
    from facts_within(windows, '{8,11}', blinded) f
    where f.kind = 8
       or f.state <> 11
    group by f.k
  ) d
  cross join lateral (values ('four_forms', d.forms), ('first_form', d.first_form)) v(key, value)
  union all
  select 'judicial_persons', d.k, count(distinct coalesce(p.same_as, c.person_id))
  from done d
  join case_person c on c.case_id = d.counted
  left join known p on p.id = c.person_id
  where d.kind = 7
    and d.domain = 'judicial'
  group by d.k
  union all
  select 'business_publicised', w.k, count(distinct c.id)
  from unnest(wide) w
  join publication u on u.published_on >= w.from_day and u.published_on < w.until_day
  join case_file c on c.id = u.case_id and c.region_code between w.first and w.last
  join campaign g on g.id = c.campaign_id
  where u.kind = 3
    and u.withdrawn_at is null
    and g.domain = 'business'
    and (c.accused is null or not c.accused && blinded)
  group by w.k;
end
$$;

-- Offices and their members, and what offices did, issued and made public.
create index publication_figures on publication (kind, region_code) include (published_on, in_force_to, views) where kind < 3 and withdrawn_at is null;

create function figures_of_offices(wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with standing as materialized (
    select w.k, w.ends_at, w.ends_on, o.id, o.kind
    from unnest(wide) w
    join office o on o.region_code between w.first and w.last
    where w.until_day = w.ends_on
      and o.opened_on < w.ends_on
      and (o.closed_on is null or o.closed_on >= w.ends_on)
  )
  select case s.kind when 3 then 'township_offices' else 'stationed_agencies' end, s.k, count(*)
  from standing s
  where s.kind in (3, 4)
  group by s.kind, s.k
  union all
  select 'office_officers', s.k, count(distinct m.user_id)
  from standing s
  join office_member m on m.office_id = s.id
  join account a on a.id = m.user_id
  where s.kind = 3
    and m.joined_on < s.ends_on
    and (m.left_on is null or m.left_on >= s.ends_on)
    and (a.disabled_at is null or a.disabled_at >= s.ends_at)
  group by s.k
  union all
  select v.key, n.k, v.value
  from (
    select w.k, count(*) as published, sum(u.views) as views
    from unnest(wide) w
    join publication u
      on u.region_code between w.first and w.last
     and u.published_on >= w.from_day
     and u.published_on < w.until_day
    where u.kind = 2
      and u.withdrawn_at is null
    group by w.k
  ) n
  cross join lateral (values ('notices_published', n.published), ('notice_views', n.views::int8)) v(key, value)
  union all
  select 'disclosure_items', w.k, count(*)
  from unnest(wide) w
  join publication u on u.region_code between w.first and w.last
  where u.kind = 1
    and u.withdrawn_at is null
    and w.until_day = w.ends_on
    and u.published_on < w.ends_on
    and (u.in_force_to is null or u.in_force_to >= w.ends_on - 1)
  group by w.k
  union all
  select 'people_educated', w.k, sum(e.people_reached)
  from unnest(wide) w
  join education e on e.region_code between w.first and w.last and e.held_on >= w.from_day and e.held_on < w.until_day
  where e.withdrawn_at is null
  group by w.k
  union all
  select 'interviews', w.k, count(*)
  from unnest(wide) w
  join interview i on i.region_code between w.first and w.last and i.held_on >= w.from_day and i.held_on < w.until_day
  where i.withdrawn_at is null
  group by w.k
  union all
  select 'commendations', w.k, count(*)
  from unnest(wide) w
  join commendation c on c.region_code between w.first and w.last and c.given_on >= w.from_day and c.given_on < w.until_day
  where c.withdrawn_at is null
  group by w.k;
end
$$;

create index recommendation_figures on recommendation (region_code) where withdrawn_at is null;

create function figures_of_recommendations(wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  land constant int8multirange := (select range_agg(int8range(w.first, w.last, '[]')) from unnest(wide) w);
  blinded constant uuid[] := blind();
  hidden_leads constant uuid[] := array(select l.id from lead l where l.accused && blinded);
  hidden_cases constant uuid[] := array(select c.id from case_file c where c.accused && blinded);
begin
  return query
  with known as materialized (
    select m.region_code, m.issued_on, m.institution_revised_on, m.item_due_on, m.item_verified_on, m.item_rectified
    from recommendation m
    where m.withdrawn_at is null
      and m.region_code between lower(land) and upper(land) - 1
      and m.region_code <@ land
      and (m.lead_id = any (hidden_leads)) is not true
      and (m.case_id = any (hidden_cases)) is not true
  ),
  revision as (
    select m.region_code, unnest(m.institution_revised_on) as revised_on from known m
  ),
  item as (
    select m.region_code, unnest(m.item_due_on) as due_on, unnest(m.item_verified_on) as verified_on, unnest(m.item_rectified) as rectified
    from known m
  )
  select 'recommendations', w.k, count(*)
  from unnest(wide) w
  join known m on m.region_code between w.first and w.last and m.issued_on >= w.from_day and m.issued_on < w.until_day
  group by w.k
  union all
  select 'institutions_revised', w.k, count(*)
  from unnest(wide) w
  join revision r on r.region_code between w.first and w.last and r.revised_on >= w.from_day and r.revised_on < w.until_day
  group by w.k
  union all
  select v.key, d.k, v.value
  from (
    select w.k, count(*) as due, count(*) filter (where i.rectified and i.verified_on < w.ends_on) as rectified
    from unnest(wide) w
    join item i on i.region_code between w.first and w.last and i.due_on >= w.from_day and i.due_on < w.until_day
    group by w.k
  ) d
  cross join lateral (values ('items_due', d.due), ('items_rectified', d.rectified)) v(key, value);
end
$$;

-- Rankings by others, as entered for exactly this region and the year of each period's last day.
create function figures_entered(asked int8, from_day date, until_day date) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 4 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select case i.kind when 1 then 'external_anticorruption_satisfaction' else 'external_livelihood' end, p.k, i.rank::int8
  from (values (0, until_day - 1), (1, year_before(until_day) - 1)) p(k, last_day)
  join indicator i
    on i.region_code = asked
   and i.year = extract(year from p.last_day)
   and i.withdrawn_at is null;
end
$$;

-- The figures in their order. `form`: 1 a count or sum, 2 a rate of `over` ÷ `under` in percent, 3 a rank. `decimals` are those of its change, and
-- of a rate itself.
create function figure_list() returns table (place int4, key text, form int4, over text, under text, decimals int4)
language sql immutable parallel safe rows 57 as $$
  values
    (1, 'reports_received', 1, 'reports_received', null, 1),
    (2, 'reports_change', 2, 'reports_change_gained', 'reports_change_before', 1),
    (3, 'reports_change_year_1', 2, 'reports_change_year_1_gained', 'reports_change_year_1_before', 1),
    (4, 'reports_change_year_2', 2, 'reports_change_year_2_gained', 'reports_change_year_2_before', 1),
    (5, 'external_anticorruption_satisfaction', 3, 'external_anticorruption_satisfaction', null, 0),
    (6, 'external_livelihood', 3, 'external_livelihood', null, 0),
    (7, 'materials_handed_out', 1, 'materials_handed_out', null, 1),
    (8, 'publicity_officers', 1, 'publicity_officers', null, 1),
    (9, 'township_offices', 1, 'township_offices', null, 1),
    (10, 'office_officers', 1, 'office_officers', null, 1),
    (11, 'stationed_agencies', 1, 'stationed_agencies', null, 1),
    (12, 'notices_published', 1, 'notices_published', null, 1),
    (13, 'notice_views', 1, 'notice_views', null, 1),
    (14, 'receptions', 1, 'receptions', null, 1),
    (15, 'people_received', 1, 'people_received', null, 1),
    (16, 'reception_problems_solved', 1, 'reception_problems_solved', null, 1),
    (17, 'down_visit_person_times', 1, 'down_visit_person_times', null, 1),
    (18, 'down_visit_leads', 1, 'down_visit_leads', null, 1),
    (19, 'poverty_cases', 1, 'poverty_cases', null, 1),
    (20, 'poverty_disciplined', 1, 'poverty_disciplined', null, 1),
    (21, 'poverty_transferred', 1, 'poverty_transferred', null, 1),
    (22, 'livelihood_cases', 1, 'livelihood_cases', null, 1),
    (23, 'livelihood_disciplined', 1, 'livelihood_disciplined', null, 1),
    (24, 'livelihood_transferred', 1, 'livelihood_transferred', null, 1),
    (25, 'umbrella_cases', 1, 'umbrella_cases', null, 1),
    (26, 'umbrella_disciplined', 1, 'umbrella_disciplined', null, 1),
    (27, 'umbrella_transferred', 1, 'umbrella_transferred', null, 1),
    (28, 'business_problems_rectified', 1, 'business_problems_rectified', null, 1),
    (29, 'business_cases', 1, 'business_cases', null, 1),
    (30, 'business_disciplined', 1, 'business_disciplined', null, 1),
    (31, 'business_publicised', 1, 'business_publicised', null, 1),
    (32, 'judicial_cases', 1, 'judicial_cases', null, 1),
    (33, 'judicial_persons', 1, 'judicial_persons', null, 1),
    (34, 'judicial_disciplined', 1, 'judicial_disciplined', null, 1),
    (35, 'four_forms', 1, 'four_forms', null, 1),
    (36, 'first_form_share', 2, 'first_form', 'four_forms', 1),
    (37, 'people_educated', 1, 'people_educated', null, 1),
    (38, 'sweep_problems', 1, 'sweep_problems', null, 1),
    (39, 'sweep_concluded', 1, 'sweep_concluded', null, 1),
    (40, 'sweep_cases', 1, 'sweep_cases', null, 1),
    (41, 'sweep_disciplined', 1, 'sweep_disciplined', null, 1),
    (42, 'sweep_transferred', 1, 'sweep_transferred', null, 1),
    (43, 'sweep_reported_back', 1, 'sweep_reported_back', null, 1),
    (44, 'sweep_satisfaction', 2, 'sweep_satisfied', 'sweep_asked', 1),
    (45, 'false_accusations', 1, 'false_accusations', null, 1),
    (46, 'false_accusers', 1, 'false_accusers', null, 1),
    (47, 'officials_cleared', 1, 'officials_cleared', null, 1),
    (48, 'disciplinary_reviews', 1, 'disciplinary_reviews', null, 1),
    (49, 'disclosure_items', 1, 'disclosure_items', null, 1),
    (50, 'interviews', 1, 'interviews', null, 1),
    (51, 'recommendations', 1, 'recommendations', null, 1),
    (52, 'institutions_revised', 1, 'institutions_revised', null, 1),
    (53, 'rectification_rate', 2, 'items_rectified', 'items_due', 1),
    (54, 'commendations', 1, 'commendations', null, 1),
    (55, 'accusations_received', 1, 'accusations_received', null, 1),
    (56, 'accusations_initial', 1, 'accusations_initial', null, 1),
    (57, 'accusations_initial_share', 2, 'accusations_initial', 'accusations_received', 2)
$$;

-- All counts of windows but those of reports received and what is entered; `wide` are the same, not cut by counties where that is cheaper. A count that
-- comes in parts is their sum.
create function figures_of_all(windows figure_window[], wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 120 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select c.key, c.k, sum(c.value)::int8
  from (
    select * from figures_of_visits(windows)
    union all
    select * from figures_of_matters(windows)
    union all
    select * from figures_of_rounds(windows)
    union all
    select * from figures_of_outcomes(windows)
    union all
    select * from figures_of_cases(windows, wide)
    union all
    select * from figures_of_offices(wide)
    union all
    select * from figures_of_recommendations(wide)
  ) c
  group by c.key, c.k;
end
$$;

-- What is counted for figures: each count of the period (k 0) and of the one a year before (k 1). What is not there is 0.
create function figures_counted(asked int8, from_day date, until_day date) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 120 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  all_windows constant figure_window[] := figure_windows(asked, from_day, until_day, true);
  windows constant figure_window[] := array(select w from unnest(all_windows) w where w.k < 2);
  wide constant figure_window[] := array(select w from unnest(figure_windows(asked, from_day, until_day, false)) w where w.k < 2);
begin
  return query
  select * from figures_received(all_windows)
  union all
  select * from figures_of_all(windows, wide)
  union all
  select * from figures_entered(asked, from_day, until_day);
end
$$;

call settle_definers();
revoke all on function figures_of_outcomes, figures_of_cases, figures_of_offices, figures_of_recommendations, figures_entered, figure_list,
  figures_of_all, figures_counted from public;
grant execute on function figure_list, figures_counted to zoufang;
