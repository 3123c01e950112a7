-- SetDeadline: asks that leads may stay in a state for so many working days. Admins; it is so once another admin approved it.
select request_approval(
  4::int2, null, null,
  jsonb_build_object('state', :deadline.state, 'domain', :deadline.domain, 'working_days', :deadline.working_days, 'remove', false),
  :reason
);

select a."deadline.deadline.state" as "state",
       a."deadline.deadline.domain" as "domain",
       a."deadline.deadline.working_days" as "working_days",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
