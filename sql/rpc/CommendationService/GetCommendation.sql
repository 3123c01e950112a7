-- GetCommendation: one commendation. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from commendation_answer r
where r.id = :id;
