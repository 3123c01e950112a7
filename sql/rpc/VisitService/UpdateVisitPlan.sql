-- UpdateVisitPlan: changes the fields of a plan that the mask names, with a reason. A supervisor, in scope.
select refuse_unless(:update_mask <@ array['officer_ids', 'due_on', 'purpose', 'campaign_id'], 'BAD_PATH', 'update_mask');
select refuse_unless(:plan.id is not null, 'REQUIRED', 'plan.id');
select refuse_unless(:plan.etag is not null, 'REQUIRED', 'plan.etag');
select check_plan(:plan.id, :plan.etag, 'plan.');
select refuse_unless(
  not changes(:update_mask, 'officer_ids', cardinality(:plan.officer_ids) > 0) or cardinality(:plan.officer_ids) > 0,
  'REQUIRED', 'plan.officer_ids'
);
select refuse_unless(
  not exists (
    select
    from unnest(:plan.officer_ids) o(id)
    where not exists (select from account a where a.id = o.id and a.disabled_at is null)
  ),
  'NO_SUCH_USER', 'plan.officer_ids'
);
select refuse_unless(
  not changes(:update_mask, 'due_on', :plan.due_on is not null) or :plan.due_on is not null,
  'REQUIRED', 'plan.due_on'
);
select refuse_unless(:plan.due_on is null or :plan.due_on >= local_day(now()), 'OUT_OF_RANGE', 'plan.due_on');
select refuse_unless(
  :plan.campaign_id is null or (campaign_fault(:plan.campaign_id, null)).field is null,
  'UNKNOWN_REFERENCE', 'plan.campaign_id'
);

update visit_plan p
set officers = case when changes(:update_mask, 'officer_ids', cardinality(:plan.officer_ids) > 0) then :plan.officer_ids else p.officers end,
    due_on = case when changes(:update_mask, 'due_on', :plan.due_on is not null) then :plan.due_on else p.due_on end,
    purpose = case when changes(:update_mask, 'purpose', :plan.purpose is not null) then :plan.purpose else p.purpose end,
    campaign_id = case when changes(:update_mask, 'campaign_id', :plan.campaign_id is not null) then :plan.campaign_id else p.campaign_id end,
    changed_by = me(),
    changed_at = now(),
    reason = :reason,
    etag = :plan#hash
where p.id = :plan.id;

select p.*
from plan_answer p
where p.id = :plan.id;
