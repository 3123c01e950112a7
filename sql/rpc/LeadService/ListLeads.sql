-- ListLeads: the leads that the caller may see, newest first, without narratives and names. Officers and supervisors. Each way
-- of seeing them has its index and gives its own newest; together they give the page. What a filter leaves few of has an index of its own;
-- words: leads_asked finds them. What every way asks alike stands once, as fragments.
select p.id as "leads.id",
       p.region_code as "leads.region_code",
       p.current_code as "leads.current_region_code",
       p.channel as "leads.channel",
       p.class as "leads.class",
       p.occurrence as "leads.occurrence",
       p.domain as "leads.domain",
       p.problem_type as "leads.problem_type",
       p.cause as "leads.cause",
       p.received_at as "leads.received_at",
       p.visit_id as "leads.visit_id",
       p.amount_fen as "leads.amount_fen",
       p.campaign_id as "leads.campaign_id",
       p.sweep_round as "leads.sweep_round",
       p.confidential as "leads.confidential",
       p.state as "leads.state",
       p.raised_by as "leads.raised_by",
       p.handler_id as "leads.handler_id",
       p.office_id as "leads.office_id",
       p.due_at as "leads.due_at",
       p.has_reporter as "leads.has_reporter",
       p.written_at as "leads.updated_at",
       p.etag as "leads.etag",
       p.received_at as "page.received_at",
       p.id as "page.id"
from (
  select distinct on (w.received_at, w.id) w.*
  from (
    -- What he supervises. One handler's, one office's or a campaign's leads in lands smaller than a city are told below.
    select b.*
    from scopes(:region_code) s
    --[ asked
    cross join unnest(:states) st(v) --? states
    cross join unnest(:channels) ch(v) --? channels
    cross join overdue_bounds(:overdue) od --? overdue
    cross join campaign_asked(:campaign_id) g(id) --? campaign_id
    --]
    cross join lateral (
      (
        select l.*
        from lead l
        where s.level = 2 and l.city = s.city
        --[ filters
          and false --? query
          and l.state = st.v --? states
          and l.campaign_id = g.id --? campaign_id
          and l.channel = ch.v --? channels
          and l.domain = :domain --? domain
          and l.problem_type = :problem_type --? problem_type
          and l.occurrence = :occurrence --? occurrence
          and l.handler_id = :handler_id --? handler_id
          and l.office_id = :office_id --? office_id
          and l.due_by > od.after and l.due_by <= od.until --? overdue
          and l.received_at >= :received_after --? received_after
          and l.received_at < :received_before --? received_before
          and (l.received_at, l.id) < (:page.received_at, :page.id) --? page
        order by l.received_at desc, l.id desc
        limit :page.size
        --]
      )
      union all
      (
        select l.*
        from lead l
        where s.level = 3 and l.county = s.county
          and false --? campaign_id
          and false --? handler_id
          and false --? office_id
        --= filters
      )
      union all
      (
        select l.*
        from lead l
        where s.level = 4 and l.township = s.township
          and false --? campaign_id
          and false --? handler_id
          and false --? office_id
        --= filters
      )
      union all
      (
        select l.*
        from lead l
        where s.level = 5 and l.current_code = s.code
          and false --? campaign_id
          and false --? handler_id
          and false --? office_id
        --= filters
      )
    ) b
    union all
    -- What he raised or handles, what his office answers for, what is offered to either.
    select b.*
    from caller() c
    cross join within(:region_code) r
    --= asked
    cross join lateral (
      (
        select l.*
        from lead l
        where l.raised_by = c.id
          and l.current_code between r.first and r.last --? region_code
        --= filters
      )
      union all
      (
        select l.*
        from lead l
        where l.handler_id = c.id
          and l.current_code between r.first and r.last --? region_code
        --= filters
      )
      union all
      (
        select l.*
        from lead l
        where l.office_id = c.office_id
          and false --? region_code
        --= filters
      )
      union all
      (
        select l.*
        from lead l
        where l.offered_to in (c.id, c.office_id)
          and l.current_code <@ r.codes --? region_code
        --= filters
      )
    ) b
    --( region_code
    union all
    -- What his office answers for in a region: township by township.
    select b.*
    from caller() c
    cross join townships(:region_code) t
    --= asked
    cross join lateral (
      select l.*
      from lead l
      where l.office_id = c.office_id and l.township = t.township and l.current_code between t.first and t.last
      --= filters
    ) b
    --)
    --( campaign_id
    union all
    -- In what he supervises, likewise: a campaign's,
    select b.*
    from scopes(:region_code) s
    join townships(s.code) t on s.level > 2
    --= asked
    cross join lateral (
      select l.*
      from lead l
      where l.township = t.township and l.current_code between t.first and t.last
      --= filters
    ) b
    --)
    --( office_id
    union all
    -- an office's,
    select b.*
    from scopes(:region_code) s
    join townships(s.code) t on s.level > 2
    --= asked
    cross join lateral (
      select l.*
      from lead l
      where l.township = t.township and l.current_code between t.first and t.last
      --= filters
    ) b
    --)
    --( handler_id
    union all
    -- a handler's, who has few.
    select b.*
    from scopes(:region_code) s
    join within(s.code) r on s.level > 2
    --= asked
    cross join lateral (
      select l.*
      from lead l
      where l.current_code between r.first and r.last
      --= filters
    ) b
    --)
    --( query
    union all
    select l.*
    from leads_asked(
      :query, :region_code, :states, :channels, :domain, :problem_type, :occurrence, :overdue, :handler_id, :office_id,
      campaign_asked(:campaign_id), :received_after, :received_before, :page.received_at, :page.id, :page.size
    ) f
    join lead l on l.id = f.id
    --)
  ) w
  order by w.received_at desc, w.id desc
  limit :page.size
) p
order by p.received_at desc, p.id desc;

select case when :total then (
  select count(*)
  from (
    select distinct l.id
    from leads_asked(
      :query, :region_code, :states, :channels, :domain, :problem_type, :occurrence, :overdue, :handler_id, :office_id,
      :campaign_id, :received_after, :received_before, null, null, total_most()
    ) f
    join lead l on l.id = f.id
    limit total_most()
  ) n
) end as total_size;
