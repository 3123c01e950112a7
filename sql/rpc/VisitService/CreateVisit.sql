-- CreateVisit: an officer's or supervisor's own visit, held where none of his grants covers it or its start is out of bounds.
-- The same submission again changes nothing.
select refuse(p.reason, 'visit.' || p.field)
from visit_problems(
  array[1],
  array[:visit.region_code],
  array[:visit.started_at],
  array[:visit.ended_at],
  array[:visit.led_by],
  array[:visit.campaign_id],
  array[:visit.sweep_round],
  :visit.officer_ids,
  array_fill(1, array[cardinality(:visit.officer_ids)]),
  :visit.solved_problems.lead_id,
  array_fill(1, array[cardinality(:visit.solved_problems.lead_id)])
) p;

insert into visit (
  id, kind, region_code, current_code, recorder_id, office_id, team, started_at, ended_at, latitude, longitude, accuracy, place,
  visitor_names, visitor_units, led_by, purpose, people_met, material_names, material_copies, findings, solved_descriptions,
  solved_leads, survey_questions, survey_answers, survey_counts, campaign_id, sweep_round, state, hold_reason, etag, written_by
)
select :visit.id,
       :visit.kind,
       r.code,
       r.current_code,
       me(),
       my_office(),
       array_remove(:visit.officer_ids, me()),
       :visit.started_at,
       :visit.ended_at,
       :visit.position.latitude,
       :visit.position.longitude,
       :visit.position.accuracy,
       :visit.place,
       :visit.visitors.name,
       :visit.visitors.unit,
       :visit.led_by,
       :visit.purpose,
       :visit.people_met,
       :visit.materials.name,
       :visit.materials.copies,
       :visit.findings,
       :visit.solved_problems.description,
       :visit.solved_problems.lead_id,
       :visit.survey.question,
       :visit.survey.answer,
       :visit.survey.count,
       :visit.campaign_id,
       :visit.sweep_round,
       case when h.reason is null then 1 else 2 end,
       h.reason,
       :visit#hash,
       me()
from region r
left join visit_holds(array[1], array[:visit.region_code], array[:visit.started_at], array[null::timestamptz]) h on true
where r.code = :visit.region_code
on conflict do nothing;

select refuse_unless(bool_or(k.accepted), 'ALREADY_EXISTS', 'visit.id')
from visit_known(array[:visit.id], array[:visit#hash]) k;

select v.*
from visit_answer v
where v.id = :visit.id;
