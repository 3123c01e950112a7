-- Approve: approves what waits, and has it done in the same transaction. Those who decide its kind (is_decider); neither who requested it nor
-- whom it is about. What cannot be done any more is refused with the reason.
select decide_approval(:id, 2::int2, :reason);

select a.*
from approval_answer a
where a.id = :id;
