-- GetApproval: one approval, and what it will do. Who requested it, who decides it, whom it is about, auditors; NOT_FOUND otherwise.
select a.*
from approval_answer a
where a.id = :id;
