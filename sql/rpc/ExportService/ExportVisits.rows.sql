-- ExportVisits, step rows: visits that ListVisits gave, in that order, as they stand in the file.
select v.id as "rows.id",
       v.kind as "rows.kind",
       v.current_code as "rows.region_code",
       concat_ws(' ', land.name, town.name, here.name) as "rows.region",
       v.place as "rows.place",
       local_text(v.started_at) as "rows.started_at.text",
       local_text(v.ended_at) as "rows.ended_at.text",
       r.name as "rows.recorder",
       o.name as "rows.office",
       (
         select string_agg(a.name, '、' order by m.n)
         from unnest(v.team) with ordinality m(id, n)
         join account a on a.id = m.id
       ) as "rows.officers",
       v.purpose as "rows.purpose",
       v.people_met as "rows.people_met",
       v.findings as "rows.findings",
       g.name as "rows.campaign",
       v.sweep_round as "rows.sweep_round",
       v.state as "rows.state",
       v.hold_reason as "rows.hold_reason",
       local_text(v.received_at) as "rows.received_at.text",
       v.longitude as "rows.longitude",
       v.latitude as "rows.latitude",
       v.accuracy as "rows.accuracy"
from unnest(:ids) with ordinality i(id, n)
join visit v on v.id = i.id
left join region here on here.code = v.current_code
left join region town on town.code = v.township * 1000::int8 and town.code <> here.code
left join region land on land.code = v.county * 1000000::int8 and land.code <> here.code
left join account r on r.id = v.recorder_id
left join office o on o.id = v.office_id
left join campaign g on g.id = v.campaign_id
order by i.n;
