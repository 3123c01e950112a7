-- Enrol, first step: what the code is good for. Anyone; what is no code gives a row of nothing.
select e.approval_id,
       e.user_id,
       e.wait_ms
from enrolment_to_use(:username, :code_hash) e;
