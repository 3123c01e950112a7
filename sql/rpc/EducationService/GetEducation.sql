-- GetEducation: one event. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from education_answer r
where r.id = :id;
