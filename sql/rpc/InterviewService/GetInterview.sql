-- GetInterview: one interview. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from interview_answer r
where r.id = :id;
