-- UpdateVisit: the fields that the mask names. The recorder corrects his own visit; a supervisor of its region corrects with a
-- reason. The version before is kept. A held visit is judged anew where its recorder corrects it. The same submission again
-- changes nothing.
select v.id,
       refuse_unless(v.recorder_id = me() or v.current_code <@ scope(), 'FORBIDDEN'),
       refuse_unless(v.recorder_id = me() or :reason::text is not null, 'REQUIRED', 'reason'),
       refuse_unless(v.state <> 3, 'PRECONDITION', 'visit.id'),
       refuse_unless(not changes(:update_mask, 'kind', false) or :visit.kind is not null, 'REQUIRED', 'visit.kind'),
       refuse_unless(
         not changes(:update_mask, 'region_code', false) or :visit.region_code is not null, 'REQUIRED', 'visit.region_code'
       ),
       refuse_unless(
         not changes(:update_mask, 'started_at', false) or :visit.started_at is not null, 'REQUIRED', 'visit.started_at'
       )
from visit v
where v.id = :visit.id;

select refuse(p.reason, 'visit.' || p.field)
from visit v
cross join lateral visit_problems(
  array[1],
  array[coalesce(:visit.region_code, v.region_code)],
  array[coalesce(:visit.started_at, v.started_at)],
  array[case when changes(:update_mask, 'ended_at', :visit.ended_at is not null) then :visit.ended_at else v.ended_at end],
  array[:visit.led_by],
  array[chosen(:update_mask, 'campaign_id', :visit.campaign_id, v.campaign_id)],
  array[chosen(:update_mask, 'sweep_round', :visit.sweep_round, v.sweep_round)],
  :visit.officer_ids,
  array_fill(1, array[cardinality(:visit.officer_ids)]),
  :visit.solved_problems.lead_id,
  array_fill(1, array[cardinality(:visit.solved_problems.lead_id)])
) p
where v.id = :visit.id;

update visit v
set kind = case when changes(:update_mask, 'kind', :visit.kind is not null) then :visit.kind else v.kind end,
    region_code = n.region_code,
    current_code = r.current_code,
    started_at = n.started_at,
    ended_at = case when changes(:update_mask, 'ended_at', :visit.ended_at is not null) then :visit.ended_at else v.ended_at end,
    latitude = case when n.moves then :visit.position.latitude else v.latitude end,
    longitude = case when n.moves then :visit.position.longitude else v.longitude end,
    accuracy = case when n.moves then :visit.position.accuracy else v.accuracy end,
    place = case when changes(:update_mask, 'place', :visit.place::text is not null) then :visit.place else v.place end,
    team = case
      when changes(:update_mask, 'officer_ids', :visit.officer_ids <> '{}') then array_remove(:visit.officer_ids, v.recorder_id)
      else v.team
    end,
    visitor_names = case
      when changes(:update_mask, 'visitors', cardinality(:visit.visitors.name::text[]) > 0) then :visit.visitors.name
      else v.visitor_names
    end,
    visitor_units = case
      when changes(:update_mask, 'visitors', cardinality(:visit.visitors.name::text[]) > 0) then :visit.visitors.unit
      else v.visitor_units
    end,
    led_by = case when changes(:update_mask, 'led_by', :visit.led_by is not null) then :visit.led_by else v.led_by end,
    purpose = case when changes(:update_mask, 'purpose', :visit.purpose::text is not null) then :visit.purpose else v.purpose end,
    people_met = case
      when changes(:update_mask, 'people_met', :visit.people_met is not null) then :visit.people_met
      else v.people_met
    end,
    material_names = case
      when changes(:update_mask, 'materials', :visit.materials.copies <> '{}') then :visit.materials.name
      else v.material_names
    end,
    material_copies = case
      when changes(:update_mask, 'materials', :visit.materials.copies <> '{}') then :visit.materials.copies
      else v.material_copies
    end,
    findings = case when changes(:update_mask, 'findings', :visit.findings::text is not null) then :visit.findings else v.findings end,
    solved_descriptions = case
      when changes(:update_mask, 'solved_problems', :visit.solved_problems.lead_id <> '{}') then :visit.solved_problems.description
      else v.solved_descriptions
    end,
    solved_leads = case
      when changes(:update_mask, 'solved_problems', :visit.solved_problems.lead_id <> '{}') then :visit.solved_problems.lead_id
      else v.solved_leads
    end,
    survey_questions = case
      when changes(:update_mask, 'survey', :visit.survey.count <> '{}') then :visit.survey.question
      else v.survey_questions
    end,
    survey_answers = case
      when changes(:update_mask, 'survey', :visit.survey.count <> '{}') then :visit.survey.answer
      else v.survey_answers
    end,
    survey_counts = case
      when changes(:update_mask, 'survey', :visit.survey.count <> '{}') then :visit.survey.count
      else v.survey_counts
    end,
    campaign_id = case
      when changes(:update_mask, 'campaign_id', :visit.campaign_id is not null) then :visit.campaign_id
      else v.campaign_id
    end,
    sweep_round = case
      when changes(:update_mask, 'sweep_round', :visit.sweep_round is not null) then :visit.sweep_round
      else v.sweep_round
    end,
    state = case when not n.judged then v.state when h.reason is null then 1 else 2 end,
    hold_reason = case when not n.judged then v.hold_reason else h.reason end,
    etag = :visit#hash,
    reason = :reason
from (
  select o.id,
         m.region_code,
         m.started_at,
         o.received_at,
         changes(:update_mask, 'position', :visit.position.latitude is not null) as moves,
         o.recorder_id = me()
           and (o.state = 2 or (m.region_code, m.started_at) is distinct from (o.region_code, o.started_at)) as judged
  from visit o
  cross join lateral (
    select coalesce(:visit.region_code, o.region_code), coalesce(:visit.started_at, o.started_at)
  ) m(region_code, started_at)
  where o.id = :visit.id
) n
join region r on r.code = n.region_code
left join lateral visit_holds(array[1], array[n.region_code], array[n.started_at], array[n.received_at]) h on true
where v.id = n.id
  and v.etag = :visit.etag;

select refuse_unless(v.etag = :visit#hash, 'STALE_ETAG', 'visit.etag'),
       v.*
from visit_answer v
where v.id = :visit.id;
