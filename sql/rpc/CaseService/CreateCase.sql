-- CreateCase: files a case for leads in the caller's sight. Who handles the first of them, or a supervisor of its region. A lead that belongs to a
-- case already is refused, and so is one that was concluded or put aside.
select refuse_unless(
  not exists (select from unnest(:case.lead_ids) asked(id) where not exists (select from lead l where l.id = asked.id)),
  'UNKNOWN_REFERENCE', 'case.lead_ids'
);

select refuse_unless(l.handler_id is not distinct from me() or l.current_code <@ scope(), 'FORBIDDEN', 'case.lead_ids')
from lead l
where l.id = (:case.lead_ids)[1];

select refuse_unless(
  not exists (select from unnest(:case.lead_ids) asked(id) where lead_has_case(asked.id)),
  'PRECONDITION', 'case.lead_ids'
),
refuse_unless(
  not exists (select from lead l where l.id = any (:case.lead_ids) and not l.open),
  'PRECONDITION', 'case.lead_ids'
),
refuse_unless(:case.filed_at is null or :case.filed_at between '2000-01-01' and now() + interval '10 minutes', 'OUT_OF_RANGE', 'case.filed_at'),
refuse_unless(not exists (select from case_file c where c.id = :case.id), 'ALREADY_EXISTS', 'case.id');

insert into case_file (id, title, region_code, current_code, domain, campaign_id, sweep_round, handler_id, office_id, accused, filed_at, filed_by, etag, written_by)
select :case.id,
       :case.title,
       l.region_code,
       l.current_code,
       l.domain,
       l.campaign_id,
       l.sweep_round,
       l.handler_id,
       l.office_id,
       l.accused,
       coalesce(:case.filed_at, now()),
       me(),
       :case#hash,
       me()
from lead l
where l.id = (:case.lead_ids)[1];

insert into case_lead (lead_id, case_id, place, added_by)
select asked.id, :case.id, asked.place, me()
from unnest(:case.lead_ids) with ordinality asked(id, place);

select c.*
from case_answer c
where c.id = :case.id;
