-- Withdraw: takes back what the caller requested and nobody decided yet.
select decide_approval(:id, 4::int2, :reason);

select a.*
from approval_answer a
where a.id = :id;
