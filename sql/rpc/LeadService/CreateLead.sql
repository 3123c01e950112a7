-- CreateLead: an officer or supervisor raises a lead and answers for it. Who names himself or his office as complained of hears
-- the same as everybody, and never sees it. The same submission again changes nothing. Against the leaders of the highest office nothing
-- is kept but a numbered receipt.
select refuse(p.reason, 'lead.' || p.field)
from lead_problems(
  array[1],
  array[:lead.region_code],
  array[:lead.domain],
  array[:lead.problem_type],
  array[:lead.cause],
  array[:lead.received_at],
  array[:lead.visit_id],
  array[:lead.campaign_id],
  array[:lead.sweep_round],
  :lead.accused.user_id,
  :lead.accused.office_id,
  array_fill(1, array[cardinality(:lead.accused.user_id)])
) p;

insert into lead (
  id, region_code, current_code, channel, class, occurrence, domain, problem_type, cause, received_at, visit_id, accused_names,
  accused_units, accused_posts, accused_users, accused_offices, amount_fen, narrative, campaign_id, sweep_round, confidential,
  has_reporter, raised_by, handler_id, office_id, due_at, etag, written_by
)
select :lead.id,
       r.code,
       r.current_code,
       :lead.channel,
       :lead.class,
       :lead.occurrence,
       :lead.domain,
       :lead.problem_type,
       :lead.cause,
       least(coalesce(:lead.received_at, now()), now()),
       :lead.visit_id,
       :lead.accused.name,
       :lead.accused.unit,
       :lead.accused.post,
       :lead.accused.user_id,
       :lead.accused.office_id,
       :lead.amount_fen,
       :lead.narrative,
       :lead.campaign_id,
       :lead.sweep_round,
       coalesce(:lead.confidential, :lead.class = 1) or :lead.class = 1 and not r.current_code <@ scope(),
       num_nonnulls(:lead.reporter.name, :lead.reporter.phone, :lead.reporter.identity_number) > 0,
       me(),
       me(),
       my_office(),
       due_after(1::int2, :lead.domain),
       :lead#hash,
       me()
from region r
where r.code = :lead.region_code
on conflict do nothing;

insert into lead_reporter (
  lead_id, anonymous, key, name, phone, phone_index, identity_number, identity_index, narrative, written_by
)
select l.id,
       :lead.reporter.anonymous,
       :lead.reporter#key,
       :lead.reporter.name,
       :lead.reporter.phone,
       :lead.reporter.phone#index,
       :lead.reporter.identity_number,
       :lead.reporter.identity_number#index,
       :lead.reporter.narrative,
       me()
from lead l
where l.id = :lead.id
  and l.etag = :lead#hash
  and l.changed = pg_current_xact_id_if_assigned()
  and :lead.reporter.anonymous is not null;

select refuse_unless(bool_or(k.accepted), 'ALREADY_EXISTS', 'lead.id')
from lead_known(array[:lead.id], array[:lead#hash]) k;

select :lead.id as id,
       :lead#hash as etag,
       receipt_number(:lead.id) as receipt_number;
