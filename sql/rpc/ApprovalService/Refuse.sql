-- Refuse: refuses what waits, with a reason. Those who decide its kind (is_decider); neither who requested it nor whom it is about.
select decide_approval(:id, 3::int2, :reason);

select a.*
from approval_answer a
where a.id = :id;
