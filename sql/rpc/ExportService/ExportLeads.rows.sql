-- ExportLeads, step rows: leads that ListLeads gave, in that order, as they stand in the file. Names are those of users and
-- offices; what a confidential lead tells is left out. A lead is where its visit was, or its first photo with a place.
select l.id as "rows.id",
       l.current_code as "rows.region_code",
       concat_ws(' ', land.name, town.name, here.name) as "rows.region",
       l.channel as "rows.channel",
       l.class as "rows.class",
       l.occurrence as "rows.occurrence",
       d.name as "rows.domain",
       t.name as "rows.problem_type",
       c.name as "rows.cause",
       local_text(l.received_at) as "rows.received_at.text",
       l.state as "rows.state",
       local_text(l.due_at) as "rows.due_at.text",
       l.due_by <= now() as "rows.overdue",
       h.name as "rows.handler",
       o.name as "rows.office",
       r.name as "rows.raised_by",
       l.amount_fen / 100.0::float8 as "rows.amount",
       g.name as "rows.campaign",
       l.sweep_round as "rows.sweep_round",
       l.confidential as "rows.confidential",
       l.has_reporter as "rows.has_reporter",
       case when not l.confidential then l.narrative end as "rows.narrative",
       l.visit_id as "rows.visit_id",
       local_text(l.written_at) as "rows.updated_at.text",
       coalesce(v.longitude, p.longitude) as "rows.longitude",
       coalesce(v.latitude, p.latitude) as "rows.latitude"
from unnest(:ids) with ordinality i(id, n)
join lead l on l.id = i.id
left join region here on here.code = l.current_code
left join region town on town.code = l.township * 1000::int8 and town.code <> here.code
left join region land on land.code = l.county * 1000000::int8 and land.code <> here.code
left join term d on d.vocabulary = l.domain_vocabulary and d.code = l.domain
left join term t on t.vocabulary = l.problem_type_vocabulary and t.code = l.problem_type
left join term c on c.vocabulary = l.cause_vocabulary and c.code = l.cause
left join account h on h.id = l.handler_id
left join account r on r.id = l.raised_by
left join office o on o.id = l.office_id
left join campaign g on g.id = l.campaign_id
left join visit v on v.id = l.visit_id
left join lateral (
  select f.longitude, f.latitude
  from photo f
  where f.lead_id = l.id and f.latitude is not null and v.latitude is null
  order by f.captured_at, f.id
  limit 1
) p on true
order by i.n;
