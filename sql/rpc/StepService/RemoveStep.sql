-- RemoveStep: asks that leads may not take a step any more. Admins; it is so once another admin approved it.
select request_approval(
  3::int2, null, null,
  jsonb_build_object('from', :from, 'to', :to, 'role', :role, 'needs', '[]'::jsonb, 'remove', true),
  :reason
);

select a."step.step.from" as "from",
       a."step.step.to" as "to",
       a."step.step.role" as "role",
       a."step.step.needs" as "needs",
       a.id as "approval_id"
from approval_answer a
where a.id = approval_requested();
