-- SetStep: asks that leads may take a step, or that it ask for something else. Admins; it is so once another admin approved it.
select request_approval(
  3::int2, null, null,
  jsonb_build_object('from', :step.from, 'to', :step.to, 'role', :step.role, 'needs', :step.needs, 'remove', false),
  :reason
);

select a."step.step.from" as "from",
       a."step.step.to" as "to",
       a."step.step.role" as "role",
       a."step.step.needs" as "needs",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
