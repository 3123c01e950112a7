-- AdvanceLead: takes a step with a lead. Who holds the role that the table of steps names for it, with what the step asks for. A step
-- that is not allowed, or lacks something, is refused with those that are. Two at once: the lead is locked, one wins, the other's etag
-- is stale. The answer is the same whether or not the caller may still see the lead.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag')
from lead l
where l.id = :id;

select check_step(:id, :to, array_remove(array[
    case when :reason::text is not null then 1 end,
    case when num_nonnulls(:handler_id, :office_id) > 0 then 2 end,
    case when :office_id is not null then 3 end,
    case when :case_id is not null then 4 end,
    case when :outcome.finding is not null then 5 end,
    case when :feedback.way is not null then 6 end,
    case when :feedback.way is not null then 7 end
  ]::int2[], null)),
  check_receiver(:id, :handler_id, :office_id),
  refuse_unless(:to in (3, 12) or num_nonnulls(:handler_id, :office_id) = 0, 'NOT_EXPECTED', 'handler_id'),
  refuse_unless(:to <> 12 or :handler_id is null, 'NOT_EXPECTED', 'handler_id'),
  refuse_unless(:to = 6 or :case_id is null, 'NOT_EXPECTED', 'case_id'),
  refuse_unless(:to = 7 or :outcome.finding is null, 'NOT_EXPECTED', 'outcome'),
  refuse_unless(:to in (2, 9, 11) or :feedback.way is null, 'NOT_EXPECTED', 'feedback'),
  refuse_unless(:to not in (10, 11, 13) or :due_at is null, 'NOT_EXPECTED', 'due_at'),
  refuse_unless(:due_at > now() and :due_at < now() + interval '2 years' or :due_at is null, 'OUT_OF_RANGE', 'due_at'),
  refuse_unless(:feedback.told_at <= now() + interval '10 minutes' or :feedback.told_at is null, 'OUT_OF_RANGE', 'feedback.told_at');

select refuse_unless(case_has_lead(:case_id, :id), 'UNKNOWN_REFERENCE', 'case_id')
where :case_id is not null;

-- A later day than the table of deadlines gives is an extension: a supervisor's, with a reason.
select refuse_unless(l.current_code <@ scope(), 'OUT_OF_RANGE', 'due_at'),
       refuse_unless(:reason::text is not null, 'REQUIRED', 'reason')
from lead l
where l.id = :id
  and :due_at > due_after(:to, l.domain);

-- What the step does to a lead that stays with its handler until the hand-over is accepted.
update lead l
set state = :to,
    offered_user = case
      when :to = 3 then nullif(:handler_id, l.handler_id)
      when :to in (4, 5, 6) then l.offered_user
    end,
    offered_office = case
      when :to in (3, 12) then :office_id
      when :to in (4, 5, 6) then l.offered_office
    end,
    due_at = coalesce(:due_at, due_after(:to, l.domain)),
    answer_due_at = case
      when :to in (9, 10, 11, 15) then null
      when :to = 2 and l.has_reporter and :feedback.way is null then answer_due()
      when :to in (8, 14) and l.has_reporter then answer_due()
      else l.answer_due_at
    end,
    reason = :reason,
    etag = next_etag(l.etag, concat_ws(' ', 'advanced', :to))
where l.id = :id
  and l.etag = :etag;

insert into lead_outcome (
  lead_id, finding, problem_solved, recovered_fen, person_names, person_units, cleared_names, cleared_units, cleared_on, publicised, note,
  proposed_by
)
select :id,
       :outcome.finding,
       coalesce(:outcome.problem_solved, false),
       :outcome.recovered_fen,
       :outcome.persons.name::text[],
       :outcome.persons.unit::text[],
       :outcome.cleared.name::text[],
       :outcome.cleared.unit::text[],
       :outcome.cleared.cleared_on,
       coalesce(:outcome.publicised, false),
       :outcome.note,
       me()
where :to = 7;

-- The proposal is approved, or goes back.
update lead_outcome o
set approved_by = case when :to = 8 then me() end,
    approved_at = case when :to = 8 then now() end,
    returned_at = case when :to <> 8 then now() end
where o.lead_id = :id
  and o.approved_at is null
  and o.returned_at is null
  and :to <> 7;

insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, note, written_by)
select :id,
       case when :to = 9 then 2 else 1 end,
       coalesce(:feedback.told_at, now()),
       :feedback.way,
       :feedback.audience,
       coalesce(:feedback.satisfaction, 5),
       :feedback.note,
       me()
where :feedback.way is not null;

select :id as id,
       next_etag(:etag, concat_ws(' ', 'advanced', :to)) as etag;
