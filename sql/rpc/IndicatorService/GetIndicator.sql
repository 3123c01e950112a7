-- GetIndicator: one ranking. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from indicator_answer r
where r.id = :id;
