-- WithdrawVisitPlan: takes a plan back, with a reason: nobody is to go any more. It stays readable. A supervisor, in scope.
select check_plan(:id, :etag, '');

update visit_plan p
set withdrawn = true,
    changed_by = me(),
    changed_at = now(),
    reason = :reason,
    etag = next_etag(p.etag, 'withdrawn')
where p.id = :id;

select p.*
from plan_answer p
where p.id = :id;
