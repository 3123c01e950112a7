-- RemoveDeadline: asks that a state have no deadline, or a domain none of its own. Admins; it is so once another admin approved it.
select request_approval(
  4::int2, null, null,
  jsonb_build_object('state', :state, 'domain', :domain, 'remove', true),
  :reason
);

select a."deadline.deadline.state" as "state",
       a."deadline.deadline.domain" as "domain",
       a."deadline.deadline.working_days" as "working_days",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
