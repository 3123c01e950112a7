-- ListVisits: the visits that the caller may see, newest start first. Officers and supervisors. Each way of seeing them has its
-- index and gives its own newest; together they give the page. An officer's visits come through those who took part. Words, boxes and
-- states that are rare have indexes of their own: visits_asked finds them.
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
    -- What he supervises.
    select b.*
    from scopes(:region_code) s
    cross join unnest(:states) st(v) --? states
    cross join unnest(:kinds) k(v) --? kinds
    cross join campaign_asked(:campaign_id) g(id) --? campaign_id
    cross join lateral (
      (
        select v.*
        from visit v
        where s.level = 2 and v.city = s.city
          and false --? officer_id
        --[ filters
          and false --? query
          and false --? bounds
          and v.state = st.v and st.v = 1 --? states
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
        --= filters
      )
      union all
      (
        select v.*
        from visit v
        where s.level = 4 and v.township = s.township
          and false --? officer_id
        --= filters
      )
      union all
      (
        select v.*
        from visit v
        where s.level = 5 and v.current_code = s.code
          and false --? officer_id
        --= filters
      )
    ) b
    union all
    -- What his office recorded.
    select b.*
    from unnest(ways()) way(id)
    cross join within(:region_code) r
    cross join unnest(:states) st(v) --? states
    cross join unnest(:kinds) k(v) --? kinds
    cross join campaign_asked(:campaign_id) g(id) --? campaign_id
    cross join lateral (
      (
        select v.*
        from visit v
        where v.office_id = way.id
          and false --? officer_id
          and v.current_code <@ r.codes --? region_code
        --= filters
      )
    ) b
    union all
    -- Where he took part, or the officer that was asked for.
    select b.*
    from asked_or_mine(:officer_id, null) o
    cross join within(:region_code) r
    cross join unnest(:states) st(v) --? states
    cross join unnest(:kinds) k(v) --? kinds
    cross join campaign_asked(:campaign_id) g(id) --? campaign_id
    cross join lateral (
      (
        select v.*
        from visit_member m
        join visit v on v.id = m.visit_id
        where m.user_id = o.user_id
          and false --? query
          and false --? bounds
          and v.current_code <@ r.codes --? region_code
          and v.state = st.v and st.v = 1 --? states
          and v.campaign_id = g.id --? campaign_id
          and v.kind = k.v --? kinds
          and m.started_at >= :started_after --? started_after
          and m.started_at < :started_before --? started_before
          and (m.started_at, m.visit_id) < (:page.started_at, :page.id) --? page
        order by m.started_at desc, m.visit_id desc
        limit :page.size
      )
    ) b
    union all
    select v.*
    from visits_asked(
      :query, :region_code, :officer_id, campaign_asked(:campaign_id), :kinds,
      case when :query is null and :bounds is null then array_remove(:states, 1::int2) else :states end,
      :started_after, :started_before, :bounds, :page.started_at, :page.id, :page.size
    ) f
    join visit v on v.id = f.id
    where :query is not null
       or :bounds is not null
       or :states && '{2,3}'
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
