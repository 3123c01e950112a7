-- ListVisits: the visits that the caller may see, newest start first. Officers and supervisors. Each way of seeing them has its
-- index and gives its own newest; together they give the page. An officer's visits come through those who took part. What a filter leaves
-- few of has an index of its own. Words and boxes: visits_asked finds them.
select p.id as "visits.id",
       p.kind as "visits.kind",
       p.region_code as "visits.region_code",
       p.current_code as "visits.current_region_code",
       p.started_at as "visits.started_at",
       p.ended_at as "visits.ended_at",
       p.latitude as "visits.position.latitude",
       p.longitude as "visits.position.longitude",
       p.accuracy as "visits.position.accuracy",
       p.recorder_id as "visits.recorder_id",
       p.office_id as "visits.office_id",
       p.team as "visits.officer_ids",
       p.purpose as "visits.purpose",
       p.people_met as "visits.people_met",
       p.state as "visits.state",
       p.hold_reason as "visits.hold_reason",
       p.received_at as "visits.received_at",
       p.etag as "visits.etag",
       p.started_at as "page.started_at",
       p.id as "page.id"
from (
  select distinct on (w.started_at, w.id) w.*
  from (
    -- What he supervises. What is not accepted is rare, and stands apart, as below.
    select b.*
    from scopes(:region_code) s
    --[ asked
    cross join unnest(:states) st(v) --? states
    cross join unnest(:kinds) k(v) --? kinds
    cross join campaign_asked(:campaign_id) g(id) --? campaign_id
    --]
    cross join lateral (
      (
        select v.*
        from visit v
        where s.level = 2 and v.city = s.city
          and false --? officer_id
          and st.v = 1 --? states
        --[ filters
          and false --? query
          and false --? bounds
          and v.state = st.v --? states
          and v.campaign_id = g.id --? campaign_id
          and v.kind = k.v --? kinds
          and v.started_at >= :started_after --? started_after
          and v.started_at < :started_before --? started_before
          and (v.started_at, v.id) < (:page.started_at, :page.id) --? page
        order by v.started_at desc, v.id desc
        limit :page.size
        --]
      )
      union all
      (
        select v.*
        from visit v
        where s.level = 3 and v.county = s.county
          and false --? officer_id
          and false --? campaign_id
          and st.v = 1 --? states
        --= filters
      )
      union all
      (
        select v.*
        from visit v
        where s.level = 4 and v.township = s.township
          and false --? officer_id
          and false --? campaign_id
          and st.v = 1 --? states
        --= filters
      )
      union all
      (
        select v.*
        from visit v
        where s.level = 5 and v.current_code = s.code
          and false --? officer_id
          and false --? campaign_id
          and st.v = 1 --? states
        --= filters
      )
      --( states
      union all
      (
        select v.*
        from visit v
        where s.level = 2 and v.city = s.city and v.state <> 1
          and false --? officer_id
        --= filters
      )
      --)
    ) b
    union all
    -- What his office recorded.
    select b.*
    from unnest(ways()) way(id)
    --= asked
    cross join lateral (
      (
        select v.*
        from visit v
        where v.office_id = way.id
          and false --? officer_id
          and false --? region_code
          and st.v = 1 --? states
        --= filters
      )
      --( states
      union all
      (
        select v.*
        from visit v
        where v.office_id = way.id and v.state <> 1
          and false --? officer_id
          and false --? region_code
        --= filters
      )
      --)
    ) b
    union all
    -- Where he took part.
    select b.*
    from caller() c
    --= asked
    cross join lateral (
      (
        select v.*
        from visit_member m
        join visit v on v.id = m.visit_id
        where m.user_id = c.id
          and c.id = :officer_id --? officer_id
          and false --? region_code
          and st.v = 1 --? states
        --[ members
          and false --? query
          and false --? bounds
          and m.state = st.v --? states
          and m.campaign_id = g.id --? campaign_id
          and m.kind = k.v --? kinds
          and m.started_at >= :started_after --? started_after
          and m.started_at < :started_before --? started_before
          and (m.started_at, m.visit_id) < (:page.started_at, :page.id) --? page
        order by m.started_at desc, m.visit_id desc
        limit :page.size
        --]
      )
      --( states
      union all
      (
        select v.*
        from visit_member m
        join visit v on v.id = m.visit_id
        where m.user_id = c.id and m.state <> 1
          and c.id = :officer_id --? officer_id
          and false --? region_code
        --= members
      )
      --)
    ) b
    --( region_code
    union all
    -- Either, in a region: township by township.
    select b.*
    from unnest(ways()) way(id)
    cross join townships(:region_code) t
    --= asked
    cross join lateral (
      select v.*
      from visit v
      where v.office_id = way.id and v.township = t.township and v.current_code between t.first and t.last
        and false --? officer_id
      --= filters
    ) b
    union all
    select b.*
    from caller() c
    cross join townships(:region_code) t
    --= asked
    cross join lateral (
      select v.*
      from visit_member m
      join visit v on v.id = m.visit_id
      where m.user_id = c.id and m.township = t.township and m.current_code between t.first and t.last
        and c.id = :officer_id --? officer_id
      --= members
    ) b
    --)
    --( states
    union all
    -- What is not accepted in lands smaller than a city, likewise.
    select b.*
    from scopes(:region_code) s
    join townships(s.code) t on s.level > 2
    --= asked
    cross join lateral (
      select v.*
      from visit v
      where v.township = t.township and v.state <> 1 and v.current_code between t.first and t.last
        and false --? officer_id
      --= filters
    ) b
    --)
    --( campaign_id
    union all
    -- What belongs to a campaign there, likewise.
    select b.*
    from scopes(:region_code) s
    join townships(s.code) t on s.level > 2
    --= asked
    cross join lateral (
      select v.*
      from visit v
      where v.township = t.township and v.current_code between t.first and t.last
        and false --? officer_id
      --= filters
    ) b
    --)
    --( officer_id
    union all
    -- Where another took part: in what is supervised, by whom his office sent, and together with the caller.
    select b.*
    from scopes(:region_code) s
    join townships(s.code) t on s.level > 2
    --= asked
    cross join lateral (
      select v.*
      from visit_member m
      join visit v on v.id = m.visit_id
      where m.user_id = :officer_id and m.township = t.township and m.current_code between t.first and t.last
      --= members
    ) b
    union all
    select b.*
    from scopes(:region_code) s
    --= asked
    cross join lateral (
      select v.*
      from visit_member m
      join visit v on v.id = m.visit_id
      where s.level = 2 and m.user_id = :officer_id and v.city = s.city
      --= members
    ) b
    union all
    select b.*
    from caller() c
    cross join within(:region_code) r
    --= asked
    cross join lateral (
      select v.*
      from visit_member m
      join visit v on v.id = m.visit_id
      where m.user_id = :officer_id and m.office_id = c.office_id
        and v.current_code <@ r.codes --? region_code
      --= members
    ) b
    union all
    select v.*
    from visits_together(
      :officer_id, :region_code, campaign_asked(:campaign_id), :kinds, :states, :started_after, :started_before, :page.started_at, :page.id, :page.size
    ) f
    join visit v on v.id = f.id
    where :query is null
      and :bounds is null
    --)
    union all
    select v.*
    from visits_asked(
      :query, :region_code, :officer_id, campaign_asked(:campaign_id), :kinds, :states, :started_after, :started_before, :bounds, :page.started_at,
      :page.id, :page.size
    ) f
    join visit v on v.id = f.id
    where :query is not null
       or :bounds is not null
  ) w
  order by w.started_at desc, w.id desc
  limit :page.size
) p
order by p.started_at desc, p.id desc;

select case when :total then (
  select count(*)
  from (
    select distinct v.id
    from visits_asked(
      :query, :region_code, :officer_id, :campaign_id, :kinds, :states, :started_after, :started_before, :bounds, null, null, total_most()
    ) f
    join visit v on v.id = f.id
    limit total_most()
  ) n
) end as total_size;
