-- UpdateLead: the fields that the mask names. Who raised or handles the lead; a supervisor of its region, who gives a reason.
-- The version before is kept. Only a supervisor takes back who was matched, or makes an accusation open to all. The answer is
-- the same whether or not the caller may still see the lead. The same submission again changes nothing. Who names a leader of the highest
-- office ends the lead, as MatchAccused does.
select refuse_unless(
         bool_or(k.accepted) or exists (select from lead l where l.id = :lead.id),
         'NOT_FOUND'
       )
from lead_known(array[:lead.id], array[:lead#hash]) k;

select refuse_unless(l.raised_by = me() or l.handler_id = me() or l.current_code <@ scope(), 'FORBIDDEN'),
       refuse_unless(l.raised_by = me() or l.handler_id = me() or :reason::text is not null, 'REQUIRED', 'reason'),
       refuse_unless(
         not changes(:update_mask, 'region_code', false) or :lead.region_code is not null, 'REQUIRED', 'lead.region_code'
       ),
       refuse_unless(not changes(:update_mask, 'channel', false) or :lead.channel is not null, 'REQUIRED', 'lead.channel'),
       refuse_unless(not changes(:update_mask, 'class', false) or :lead.class is not null, 'REQUIRED', 'lead.class'),
       refuse_unless(
         not changes(:update_mask, 'narrative', false) or :lead.narrative::text is not null, 'REQUIRED', 'lead.narrative'
       ),
       refuse_unless(
         l.current_code <@ scope()
         or l.accused is null
         or not changes(:update_mask, 'accused', :lead.accused.user_id <> '{}')
         or l.accused <@ (:lead.accused.user_id || :lead.accused.office_id || l.recused),
         'FORBIDDEN'
       ),
       refuse_unless(
         l.current_code <@ scope()
         or not l.confidential
         or not changes(:update_mask, 'confidential', :lead.confidential is not null)
         or :lead.confidential is not false,
         'FORBIDDEN', 'lead.confidential'
       )
from lead l
where l.id = :lead.id;

select refuse(p.reason, 'lead.' || p.field)
from lead l
cross join lateral lead_problems(
  array[1],
  array[coalesce(:lead.region_code, l.region_code)],
  array[:lead.domain],
  array[:lead.problem_type],
  array[:lead.cause],
  array[:lead.received_at],
  array[:lead.visit_id],
  array[chosen(:update_mask, 'campaign_id', :lead.campaign_id, l.campaign_id)],
  array[chosen(:update_mask, 'sweep_round', :lead.sweep_round, l.sweep_round)],
  :lead.accused.user_id,
  :lead.accused.office_id,
  array_fill(1, array[cardinality(:lead.accused.user_id)])
) p
where l.id = :lead.id;

update lead l
set region_code = r.code,
    current_code = r.current_code,
    channel = case when changes(:update_mask, 'channel', :lead.channel is not null) then :lead.channel else l.channel end,
    class = case when changes(:update_mask, 'class', :lead.class is not null) then :lead.class else l.class end,
    occurrence = case
      when changes(:update_mask, 'occurrence', :lead.occurrence is not null) then :lead.occurrence
      else l.occurrence
    end,
    domain = case when changes(:update_mask, 'domain', :lead.domain::text is not null) then :lead.domain else l.domain end,
    problem_type = case
      when changes(:update_mask, 'problem_type', :lead.problem_type::text is not null) then :lead.problem_type
      else l.problem_type
    end,
    cause = case when changes(:update_mask, 'cause', :lead.cause::text is not null) then :lead.cause else l.cause end,
    received_at = case
      when changes(:update_mask, 'received_at', :lead.received_at is not null) then least(coalesce(:lead.received_at, now()), now())
      else l.received_at
    end,
    visit_id = case when changes(:update_mask, 'visit_id', :lead.visit_id is not null) then :lead.visit_id else l.visit_id end,
    accused_names = case
      when changes(:update_mask, 'accused', :lead.accused.user_id <> '{}') then :lead.accused.name
      else l.accused_names
    end,
    accused_units = case
      when changes(:update_mask, 'accused', :lead.accused.user_id <> '{}') then :lead.accused.unit
      else l.accused_units
    end,
    accused_posts = case
      when changes(:update_mask, 'accused', :lead.accused.user_id <> '{}') then :lead.accused.post
      else l.accused_posts
    end,
    accused_users = case
      when changes(:update_mask, 'accused', :lead.accused.user_id <> '{}') then :lead.accused.user_id
      else l.accused_users
    end,
    accused_offices = case
      when changes(:update_mask, 'accused', :lead.accused.user_id <> '{}') then :lead.accused.office_id
      else l.accused_offices
    end,
    amount_fen = case when changes(:update_mask, 'amount_fen', :lead.amount_fen is not null) then :lead.amount_fen else l.amount_fen end,
    narrative = case when changes(:update_mask, 'narrative', :lead.narrative::text is not null) then :lead.narrative else l.narrative end,
    campaign_id = case
      when changes(:update_mask, 'campaign_id', :lead.campaign_id is not null) then :lead.campaign_id
      else l.campaign_id
    end,
    sweep_round = case
      when changes(:update_mask, 'sweep_round', :lead.sweep_round is not null) then :lead.sweep_round
      else l.sweep_round
    end,
    confidential = case
      when changes(:update_mask, 'confidential', :lead.confidential is not null) and (l.current_code <@ scope() or :lead.confidential)
        then coalesce(:lead.confidential, l.class = 1)
      when changes(:update_mask, 'class', :lead.class is not null) and :lead.class = 1 and l.class <> 1 then true
      else l.confidential
    end,
    has_reporter = case
      when changes(:update_mask, 'reporter', :lead.reporter.anonymous is not null) and :lead.reporter.anonymous is not null
        then num_nonnulls(:lead.reporter.name, :lead.reporter.phone, :lead.reporter.identity_number) > 0
      else l.has_reporter
    end,
    etag = :lead#hash,
    reason = :reason
from region r
where l.id = :lead.id
  and l.etag = :lead.etag
  and r.code = (select coalesce(:lead.region_code, o.region_code) from lead o where o.id = :lead.id);

insert into lead_reporter as p (
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
  and :lead.reporter.anonymous is not null
  and changes(:update_mask, 'reporter', true)
on conflict (lead_id) do update
  set anonymous = excluded.anonymous,
      key = excluded.key,
      name = excluded.name,
      phone = excluded.phone,
      phone_index = excluded.phone_index,
      identity_number = excluded.identity_number,
      identity_index = excluded.identity_index,
      narrative = excluded.narrative,
      written_by = excluded.written_by,
      written_at = now();

select refuse_unless(bool_or(k.accepted), 'STALE_ETAG', 'lead.etag')
from lead_known(array[:lead.id], array[:lead#hash]) k;

select :lead.id as id,
       :lead#hash as etag,
       receipt_number(:lead.id) as receipt_number;
