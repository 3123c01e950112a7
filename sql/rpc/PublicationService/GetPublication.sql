-- GetPublication: one publication. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from publication_answer r
where r.id = :id;
