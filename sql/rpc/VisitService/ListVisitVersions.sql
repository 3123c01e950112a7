-- ListVisitVersions: what a visit said, the present version first. Anyone who may see it; NOT_FOUND otherwise.
select refuse_unless(exists (select from visit v where v.id = :id), 'NOT_FOUND');

select v.id as "versions.visit.id",
       v.kind as "versions.visit.kind",
       v.region_code as "versions.visit.region_code",
       v.started_at as "versions.visit.started_at",
       v.ended_at as "versions.visit.ended_at",
       v.latitude as "versions.visit.position.latitude",
       v.longitude as "versions.visit.position.longitude",
       v.accuracy as "versions.visit.position.accuracy",
       v.place as "versions.visit.place",
       v.team as "versions.visit.officer_ids",
       v.visitor_names as "versions.visit.visitors.name",
       v.visitor_units as "versions.visit.visitors.unit",
       v.led_by as "versions.visit.led_by",
       v.purpose as "versions.visit.purpose",
       v.people_met as "versions.visit.people_met",
       v.material_names as "versions.visit.materials.name",
       v.material_copies as "versions.visit.materials.copies",
       v.findings as "versions.visit.findings",
       v.solved_descriptions as "versions.visit.solved_problems.description",
       v.solved_leads as "versions.visit.solved_problems.lead_id",
       v.survey_questions as "versions.visit.survey.question",
       v.survey_answers as "versions.visit.survey.answer",
       v.survey_counts as "versions.visit.survey.count",
       v.campaign_id as "versions.visit.campaign_id",
       v.sweep_round as "versions.visit.sweep_round",
       v.etag as "versions.visit.etag",
       v.recorder_id as "versions.visit.recorder_id",
       v.office_id as "versions.visit.office_id",
       v.received_at as "versions.visit.received_at",
       v.written_at as "versions.visit.updated_at",
       v.state as "versions.visit.state",
       v.hold_reason as "versions.visit.hold_reason",
       v.current_code as "versions.visit.current_region_code",
       v.written_by as "versions.written_by",
       v.written_at as "versions.written_at",
       v.reason as "versions.reason",
       v.written_at as "page.written_at",
       v.etag as "page.etag"
from (
  select p.*
  from visit p
  where p.id = :id
  union all
  select o.*
  from visit_version o
  where o.id = :id
) v
where true
  and (v.written_at, v.etag) < (:page.written_at, :page.etag) --? page
order by v.written_at desc, v.etag desc
limit :page.size;
