-- GetLead: one lead without its reporter. Anyone who may see it; NOT_FOUND otherwise, without telling whether it exists.
-- Opening a confidential one is written to the audit.
select audit_read('lead', l.id)
from lead l
where l.id = :id
  and l.confidential;

select l.*,
       proposed_occurrence(l.id) as proposed_occurrence,
       array(select same_reporter(l.id)) as same_reporter_ids
from lead_answer l
where l.id = :id;

-- What came of it, or is proposed to have come of it; the links that the caller may see.
select o.finding as "outcome.finding",
       o.problem_solved as "outcome.problem_solved",
       o.recovered_fen as "outcome.recovered_fen",
       o.person_names as "outcome.persons.name",
       o.person_units as "outcome.persons.unit",
       o.cleared_names as "outcome.cleared.name",
       o.cleared_units as "outcome.cleared.unit",
       o.cleared_on as "outcome.cleared.cleared_on",
       o.publicised as "outcome.publicised",
       o.note as "outcome.note",
       o.proposed_by as "outcome.proposed_by",
       o.proposed_at as "outcome.proposed_at",
       o.approved_by as "outcome.approved_by",
       o.approved_at as "outcome.approved_at",
       array(
         select case when k.lead_id = l.id then k.other_id else k.lead_id end
         from lead_link k
         where k.lead_id = l.id or k.other_id = l.id
         order by k.linked_at, k.id
       ) as linked_lead_ids
from lead l
left join lateral (
  select *
  from lead_outcome c
  where c.lead_id = l.id
    and c.returned_at is null
  order by c.proposed_at desc
  limit 1
) o on true
where l.id = :id;

select f.about as "feedbacks.about",
       f.told_at as "feedbacks.told_at",
       f.way as "feedbacks.way",
       f.audience as "feedbacks.audience",
       f.satisfaction as "feedbacks.satisfaction",
       f.note as "feedbacks.note",
       f.written_by as "feedbacks.written_by"
from lead_feedback f
where f.lead_id = :id
order by f.written_at, f.id;

select h.id as "talks.id",
       p.id as "talks.person.id",
       p.name as "talks.person.name",
       p.unit as "talks.person.unit",
       p.post as "talks.person.post",
       p.user_id as "talks.person.user_id",
       p.same_as as "talks.person.same_as",
       h.decided_at as "talks.held_at",
       h.note as "talks.note",
       h.proposed_by as "talks.proposed_by",
       h.proposed_at as "talks.proposed_at",
       h.approved_by as "talks.approved_by",
       h.approved_at as "talks.approved_at"
from handling h
join person p on p.id = h.person_id
where h.lead_id = :id
order by h.proposed_at, h.id;

-- What the caller may do next.
select a.to_state as "allowed_steps.to",
       a.needs as "allowed_steps.needs"
from allowed_steps(:id) a;
