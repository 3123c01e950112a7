-- The figures of a work report, what follows from outcomes and cases and what offices did; and all of them put together.
set local search_path = zoufang;

-- Persons dealt with by conclusions in force; officials cleared, on the day of it, whenever their conclusion was approved.
create function figures_of_outcomes(wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  select 'false_accusers', w.k, count(distinct (p.name, coalesce(p.unit, '')))
  from unnest(wide) w
  join lead_outcome o on o.approved_at >= w.from_at and o.approved_at < w.until_at
  join lead l on l.id = o.lead_id and l.region_code between w.first and w.last
  cross join lateral unnest(o.person_names, o.person_units) p(name, unit)
  where o.finding in (3, 4)
    and l.state <> 11
    and (l.accused is null or not l.accused && blinded)
    and not exists (
      select from lead_event e where e.lead_id = o.lead_id and e.to_state = 15 and e.at > o.approved_at and e.at < w.ends_at
    )
  group by w.k
  union all
  select 'officials_cleared', w.k, count(distinct (p.name, coalesce(p.unit, '')))
  from lead_outcome o
  join lead l on l.id = o.lead_id
  cross join lateral unnest(o.cleared_names, o.cleared_units, o.cleared_on) p(name, unit, cleared_on)
  cross join lateral coalesce(p.cleared_on, local_day(o.approved_at)) d(day)
  join unnest(wide) w
    on l.region_code between w.first and w.last
   and d.day >= w.from_day
   and d.day < w.until_day
  where o.approved_at is not null
    and o.cleared_names <> '{}'
    and l.state <> 11
    and (l.accused is null or not l.accused && blinded)
    and not exists (
      select from lead_event e where e.lead_id = o.lead_id and e.to_state = 15 and e.at > o.approved_at and e.at < w.ends_at
    )
  group by w.k;
end
$$;

-- Cases, their persons, how these were handled, and reviews.
create index case_file_figures on case_file ((region_code / 1000000), filed_at) include (region_code, id, campaign_id, sweep_round, accused);
create index handling_decided on handling (decided_at) where approved_at is not null;
create index handling_transferred on handling (transferred_at) where approved_at is not null and transferred_at is not null;
create index review_asked on review (asked_at);

create function figures_of_cases(windows figure_window[], wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  blinded constant uuid[] := blind();
begin
  return query
  with filed as materialized (
    select w.k, c.id, g.domain, c.sweep_round is not null as sweep
    from unnest(windows) w
    join case_file c
      on c.region_code / 1000000 = w.county
     and c.filed_at >= w.from_at
     and c.filed_at < w.until_at
     and c.region_code between w.first and w.last
    left join campaign g on g.id = c.campaign_id
    where c.accused is null or not c.accused && blinded
  ),
  -- Of a case, or a talk about a lead without one.
  handled as materialized (
    select w.k, g.domain, c.sweep_round is not null as sweep, h.form, h.discipline is not null as disciplined, coalesce(p.same_as, p.id) as person
    from unnest(wide) w
    join handling h on h.decided_at >= w.from_at and h.decided_at < w.until_at
    join person p on p.id = h.person_id
    left join case_file c on c.id = h.case_id
    left join campaign g on g.id = c.campaign_id
    left join lead l on l.id = h.lead_id
    where h.approved_at is not null
      and coalesce(c.region_code, l.region_code) between w.first and w.last
      and not coalesce(c.accused && blinded, false)
      and not coalesce(l.accused && blinded, false)
      and l.state is distinct from 11
  ),
  transferred as materialized (
    select w.k, g.domain, c.sweep_round is not null as sweep, coalesce(p.same_as, p.id) as person
    from unnest(wide) w
    join handling h on h.transferred_at >= w.from_at and h.transferred_at < w.until_at
    join case_file c on c.id = h.case_id and c.region_code between w.first and w.last
    join person p on p.id = h.person_id
    left join campaign g on g.id = c.campaign_id
    where h.approved_at is not null
      and (c.accused is null or not c.accused && blinded)
  )
  select f.domain || '_cases', f.k, count(*)
  from filed f
  where f.domain is not null
  group by f.domain, f.k
  union all
  select 'sweep_cases', f.k, count(*)
  from filed f
  where f.sweep
  group by f.k
  union all
  select 'judicial_persons', f.k, count(distinct coalesce(p.same_as, p.id))
  from filed f
  join case_person c on c.case_id = f.id
  join person p on p.id = c.person_id
  where f.domain = 'judicial'
  group by f.k
  union all
  select h.domain || '_disciplined', h.k, count(distinct h.person)
  from handled h
  where h.domain is not null
    and h.disciplined
  group by h.domain, h.k
  union all
  select 'sweep_disciplined', h.k, count(distinct h.person)
  from handled h
  where h.sweep
    and h.disciplined
  group by h.k
  union all
  select 'four_forms', h.k, count(*)
  from handled h
  group by h.k
  union all
  select 'first_form', h.k, count(*)
  from handled h
  where h.form = 1
  group by h.k
  union all
  select t.domain || '_transferred', t.k, count(distinct t.person)
  from transferred t
  where t.domain is not null
  group by t.domain, t.k
  union all
  select 'sweep_transferred', t.k, count(distinct t.person)
  from transferred t
  where t.sweep
  group by t.k
  union all
  select 'disciplinary_reviews', w.k, count(distinct coalesce(p.same_as, p.id))
  from unnest(wide) w
  join review v on v.asked_at >= w.from_at and v.asked_at < w.until_at
  join handling h on h.id = v.handling_id
  join case_file c on c.id = h.case_id and c.region_code between w.first and w.last
  join person p on p.id = h.person_id
  where c.sweep_round is not null
    and h.approved_at is not null
    and h.discipline is not null
    and (c.accused is null or not c.accused && blinded)
  group by w.k
  union all
  select 'business_publicised', w.k, count(distinct c.id)
  from publication u
  join case_file c on c.id = u.case_id
  join campaign g on g.id = c.campaign_id
  join unnest(wide) w
    on c.region_code between w.first and w.last
   and u.published_on >= w.from_day
   and u.published_on < w.until_day
  where u.kind = 3
    and u.withdrawn_at is null
    and g.domain = 'business'
    and (c.accused is null or not c.accused && blinded)
  group by w.k;
end
$$;

-- Offices and their members, and what offices did, issued and made public.
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

create function figures_of_recommendations(wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 10 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with known as materialized (
    select m.*
    from recommendation m
    where m.withdrawn_at is null
      and (num_nonnulls(m.lead_id, m.case_id) = 0 or not follows_from_hidden(m.lead_id, m.case_id))
  )
  select 'recommendations', w.k, count(*)
  from unnest(wide) w
  join known m on m.region_code between w.first and w.last and m.issued_on >= w.from_day and m.issued_on < w.until_day
  group by w.k
  union all
  select 'institutions_revised', w.k, count(*)
  from unnest(wide) w
  join known m on m.region_code between w.first and w.last
  cross join lateral unnest(m.institution_revised_on) r(revised_on)
  where r.revised_on >= w.from_day
    and r.revised_on < w.until_day
  group by w.k
  union all
  select v.key, d.k, v.value
  from (
    select w.k, count(*) as due, count(*) filter (where i.rectified and i.verified_on < w.ends_on) as rectified
    from unnest(wide) w
    join known m on m.region_code between w.first and w.last
    cross join lateral unnest(m.item_due_on, m.item_verified_on, m.item_rectified) i(due_on, verified_on, rectified)
    where i.due_on >= w.from_day
      and i.due_on < w.until_day
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

-- All counts of windows but those of reports received and what is entered; `wide` are the same, not cut by counties where that is cheaper.
create function figures_of_all(windows figure_window[], wide figure_window[]) returns table (key text, k int4, value int8)
language plpgsql stable security definer rows 120 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select * from figures_of_visits(windows)
  union all
  select * from figures_of_matters(windows, wide)
  union all
  select * from figures_of_rounds(windows, wide)
  union all
  select * from figures_of_outcomes(wide)
  union all
  select * from figures_of_cases(windows, wide)
  union all
  select * from figures_of_offices(wide)
  union all
  select * from figures_of_recommendations(wide);
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
